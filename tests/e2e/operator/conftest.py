"""The namespace of the demo: the operator and the service accounts are there already."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.operator.cluster import Cluster


@pytest.fixture(scope="session")
def ads(kubectl: str, kubeconfig: str, demo: dict[str, Any]) -> Cluster:
    """The demo's namespace, after the demo went through.

    Its feed stops, as what follows needs the processors more.
    """
    assert demo["cases"]
    cluster = Cluster(kubectl, kubeconfig, "ads")
    cluster.ok("scale", "deployment/feed", "--replicas=0")
    return cluster


@pytest.fixture(scope="session")
def system(kubectl: str, kubeconfig: str, demo: dict[str, Any]) -> Cluster:
    """The operator's namespace."""
    assert demo["cases"]
    return Cluster(kubectl, kubeconfig, "swirl-system")


@pytest.fixture
def ads_image(images: dict[str, str]) -> str:
    """The example's image."""
    return images["ads"]


@pytest.fixture
def job_name(ads: Cluster, request: pytest.FixtureRequest) -> Iterator[str]:
    """A name for the test's job, which is deleted afterwards with all that is its."""
    name = request.node.name.removeprefix("test_").replace("_", "-")[:35].strip("-")
    yield name
    ads.ok("delete", "ajob", name, "--ignore-not-found", "--wait=false")
