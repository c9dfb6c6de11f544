"""Another build of an image under the same name."""

from __future__ import annotations

from typing import Any

from swirl_operator.kinds.analyticsjob.image import Ran, events, of_run
from swirl_operator.kinds.analyticsjob.plan import plan_job
from swirl_operator.kinds.analyticsjob.related import JobRelated
from swirl_operator.kinds.analyticsjob.version import spec_hash
from swirl_operator.runtime.interface import Plan
from tests.unit.operator.kinds.observed import job, merged, observe, planned, run_of

OLD = "registry.example/ads@sha256:" + "a" * 64
NEW = "registry.example/ads@sha256:" + "b" * 64
VERSION = spec_hash(job()["spec"])


def ran(*builds: str | None) -> Any:
    attempts = [{"number": number, "imageID": build} for number, build in enumerate(builds, 1)]
    return merged(run_of(job()), {"status": {"attempts": attempts}})


def look(status: Any, made: Any) -> Plan:
    parent = {**job(), "status": status}
    children = {"analyticsruns": [made]}
    return planned(plan_job, observe(parent, children=children, related=JobRelated()))


def test_the_newest_attempt_that_says_it_counts() -> None:
    found = of_run(ran(OLD, None), VERSION, {})
    assert (found.image, found.moved_from) == (OLD, None)
    assert of_run(ran(None), VERSION, {"specHash": VERSION, "imageID": OLD}) == Ran(OLD)
    assert of_run(None, VERSION, {"specHash": VERSION, "imageID": OLD}) == Ran(OLD)


def test_another_build_of_the_same_version_has_moved() -> None:
    found = of_run(ran(OLD, NEW), VERSION, {"specHash": VERSION, "imageID": OLD})
    assert (found.image, found.moved_from) == (NEW, OLD)
    (event,) = events(found)
    assert (event.type, event.reason) == ("Warning", "ImageMoved")
    assert event.message.startswith(f"Image {job()['spec']['image']} is sha256:bbb")


def test_another_version_brings_another_build_and_nothing_has_moved() -> None:
    found = of_run(ran(NEW), VERSION, {"specHash": "before", "imageID": OLD})
    assert (found.image, found.moved_from) == (NEW, None)
    assert events(found) == ()


def test_it_is_told_once_as_a_change_of_code() -> None:
    first = look(job()["status"], ran(OLD)).status
    assert first is not None
    assert first["imageID"] == OLD
    moved = look(first, ran(OLD, NEW))
    assert moved.status is not None
    change = moved.status["change"]
    assert (change["aspect"], change["from"], change["to"]) == (
        "Code",
        f"{VERSION}@sha256:{'a' * 64}",
        f"{VERSION}@sha256:{'b' * 64}",
    )
    assert [event.reason for event in moved.events if event.type == "Warning"] == ["ImageMoved"]
    again = look(moved.status, ran(OLD, NEW))
    assert again.status is not None
    assert again.status["change"]["id"] == change["id"]
    assert [event for event in again.events if event.reason == "ImageMoved"] == []
