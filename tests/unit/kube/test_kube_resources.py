"""Paths of the Kubernetes API."""

from __future__ import annotations

import pytest

from swirl.kube.resources import DEPLOYMENTS, NAMESPACES, PODS, Resource


def test_paths() -> None:
    assert PODS.api_version == "v1"
    assert DEPLOYMENTS.api_version == "apps/v1"
    assert PODS.path("ns") == "/api/v1/namespaces/ns/pods"
    assert PODS.path(None) == "/api/v1/pods"
    assert DEPLOYMENTS.path("ns", "d") == "/apis/apps/v1/namespaces/ns/deployments/d"
    widgets = Resource("example.org", "v1", "widgets", "Widget")
    assert widgets.path("ns", "w", "status") == (
        "/apis/example.org/v1/namespaces/ns/widgets/w/status"
    )


def test_paths_of_what_is_in_no_namespace() -> None:
    assert NAMESPACES.path(None) == "/api/v1/namespaces"
    assert NAMESPACES.path("ns", "ns") == "/api/v1/namespaces/ns"
    assert NAMESPACES.path(None, "ns", "status") == "/api/v1/namespaces/ns/status"


def test_a_name_needs_a_namespace_and_a_subresource_a_name() -> None:
    with pytest.raises(ValueError, match="namespace"):
        PODS.path(None, "p")
    with pytest.raises(ValueError, match="name"):
        PODS.path("ns", subresource="status")
