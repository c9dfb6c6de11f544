"""What the operator is tried with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.operator.cluster import Cluster
from tests.e2e.release import Release


@pytest.fixture
def ads_image(images: dict[str, str]) -> str:
    """The example's image."""
    return images["ads"]


@pytest.fixture
def job_name(release: Release, work: Cluster, request: pytest.FixtureRequest) -> Iterator[str]:
    """A name for the test's job, which is deleted afterwards with all that is its."""
    name = request.node.name.removeprefix("test_").replace("_", "-")[:35].strip("-")
    yield name
    work.ok("delete", "ajob", name, "--ignore-not-found", "--wait=false")
