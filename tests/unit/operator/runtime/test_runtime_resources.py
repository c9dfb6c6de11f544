"""Paths of the Kubernetes API."""

from __future__ import annotations

import pytest

from swirl_operator.runtime.resources import DEPLOYMENTS, PODS, Key
from tests.unit.operator.runtime.fakes import WIDGETS


def test_paths() -> None:
    assert PODS.api_version == "v1"
    assert DEPLOYMENTS.api_version == "apps/v1"
    assert PODS.path("ns") == "/api/v1/namespaces/ns/pods"
    assert PODS.path(None) == "/api/v1/pods"
    assert DEPLOYMENTS.path("ns", "d") == "/apis/apps/v1/namespaces/ns/deployments/d"
    assert WIDGETS.path("ns", "w", "status").endswith("/namespaces/ns/widgets/w/status")


def test_a_name_needs_a_namespace_and_a_subresource_a_name() -> None:
    with pytest.raises(ValueError, match="namespace"):
        PODS.path(None, "p")
    with pytest.raises(ValueError, match="name"):
        PODS.path("ns", subresource="status")


def test_keys_sort_and_print() -> None:
    assert str(Key("Pod", "ns", "a")) == "Pod ns/a"
    assert sorted([Key("B", "", ""), Key("A", "", "")])[0].kind == "A"
