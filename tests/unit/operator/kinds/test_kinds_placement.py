"""Placement follows the job; what runs does not."""

from __future__ import annotations

from typing import Any

from swirl_operator.kinds.placement import digest_of_placement, present_placement
from tests.unit.operator.kinds.observed import JOB_SPEC, merged

VOLUMES = [{"name": "data", "emptyDir": {}}]
PULL = {"imagePullSecrets": [{"name": "registry"}]}


def spec(**more: Any) -> Any:
    return merged(JOB_SPEC, more)


def said(part: Any) -> Any:
    """The part's `pod`, without what is empty."""
    return {name: value for name, value in part["pod"].items() if value}


def test_what_places_a_pod_is_the_jobs_and_all_else_is_the_runs() -> None:
    carried = spec(pod={"volumes": VOLUMES, "nodeSelector": {"disk": "fasst"}})
    present = spec(pod={"nodeSelector": {"disk": "fast"}, **PULL})
    found = present_placement(carried, present)
    assert said(found) == {"volumes": VOLUMES, "nodeSelector": {"disk": "fast"}, **PULL}
    assert found["parameters"] == carried["parameters"]


def test_so_it_is_of_drivers_and_executors() -> None:
    present = spec(spark={"executor": {"pod": {"tolerations": [{"operator": "Exists"}]}}})
    found = present_placement(spec(), present)
    assert said(found["spark"]["executor"]) == {"tolerations": [{"operator": "Exists"}]}
    assert said(present_placement(present, spec())["spark"]["executor"]) == {}


def test_nothing_is_added_where_nothing_is_said() -> None:
    assert digest_of_placement(present_placement(spec(), spec())) == digest_of_placement(spec())


def test_the_digest_is_of_placement_alone() -> None:
    plain = digest_of_placement(spec())
    assert digest_of_placement(spec(pod={"volumes": VOLUMES, "nodeSelector": {}})) == plain
    assert digest_of_placement(spec(pod=PULL)) != plain
    assert digest_of_placement(spec(spark={"driver": {"pod": PULL}})) != plain
