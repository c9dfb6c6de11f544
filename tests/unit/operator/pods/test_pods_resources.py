from __future__ import annotations

from typing import Any

import pytest

from swirl.api.meta import Resources
from swirl_operator.pods.resources import container_resources, cpu_of, other_resources

REQUESTED = {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"memory": "256Mi"}}


def of(said: dict[str, Any] | None) -> Any:
    resources = None if said is None else Resources.model_validate(said)
    return container_resources(resources, cpu="100m", memory="256Mi")


@pytest.mark.parametrize("said", [None, {}, {"requests": {}}, {"limits": {}}])
def test_without_a_word_the_defaults(said: dict[str, Any] | None) -> None:
    assert of(said) == REQUESTED


def test_what_is_said_of_both_stands() -> None:
    said = {
        "requests": {"cpu": "1", "memory": "1Gi"},
        "limits": {"cpu": "2", "memory": "2Gi"},
    }
    assert of(said) == said


def test_requests_are_the_limits_where_absent() -> None:
    """As Kubernetes has it, and so that a small limit does not contradict a default."""
    limits = {"cpu": "50m", "memory": "64Mi"}
    assert of({"limits": limits}) == {"requests": limits, "limits": limits}


def test_memory_is_limited_to_what_is_requested_and_cpu_not_at_all() -> None:
    found = of({"requests": {"cpu": "2", "memory": "1Gi"}})
    assert found["limits"] == {"memory": "1Gi"}


def test_cpu_alone() -> None:
    assert cpu_of(None, default="4") == ("4", None)
    limited = Resources.model_validate({"limits": {"cpu": "2"}})
    assert cpu_of(limited, default="4") == ("2", "2")


def test_other_resources_stand_as_they_were_said() -> None:
    said = {
        "requests": {"cpu": 1, "ephemeral-storage": "1Gi"},
        "limits": {"nvidia.com/gpu": 1, "memory": "2Gi"},
    }
    assert of(said) == {
        "requests": {"cpu": "1", "memory": "2Gi", "ephemeral-storage": "1Gi"},
        "limits": {"memory": "2Gi", "nvidia.com/gpu": "1"},
    }
    assert other_resources(Resources.model_validate(said)) == {
        "requests": {"ephemeral-storage": "1Gi"},
        "limits": {"nvidia.com/gpu": "1"},
    }
    assert other_resources(None) == {}


def test_a_limit_of_memory_that_is_more_than_the_request_where_nothing_is_said() -> None:
    def limited(said: dict[str, Any] | None) -> Any:
        resources = None if said is None else Resources.model_validate(said)
        found = container_resources(resources, cpu="50m", memory="96Mi", most_memory="256Mi")
        return found["requests"]["memory"], found["limits"]

    assert limited(None) == ("96Mi", {"memory": "256Mi"})
    assert limited({"limits": {"cpu": "1"}}) == ("96Mi", {"cpu": "1", "memory": "256Mi"})
    assert limited({"requests": {"memory": "512Mi"}}) == ("512Mi", {"memory": "512Mi"})
    assert limited({"limits": {"memory": "1Gi"}}) == ("1Gi", {"memory": "1Gi"})
