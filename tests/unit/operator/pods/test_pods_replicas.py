"""The Pods of a Deployment: how many answer, and what keeps the others from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from swirl_operator.pods.replicas import Trouble, answering, of_template, trouble
from swirl_operator.runtime.interface import Object
from tests.unit.operator.kinds.observed import EARLIER, NOW, container, merged, pod

NEWEST = "v2"
RECENT = "2026-01-31T11:59:30Z"
END: Object = {"exitCode": 3, "message": "Traceback\nno", "finishedAt": RECENT}
PULL: Object = {"waiting": {"reason": "ImagePullBackOff", "message": "no such tag"}}
UP: Object = {"running": {"startedAt": EARLIER}}


def scorer(version: str = NEWEST, /, name: str = "scorer-1", **status: Any) -> Object:
    base = container({}, "scorer")
    base["containerStatuses"][0].update(status)
    return pod(name, labels={"template": version}, status=base)


def look(*pods: Object, events: Sequence[Object] = ()) -> Trouble | None:
    own = {pod["metadata"]["uid"]: events for pod in pods}
    return trouble(pods, "scorer", NEWEST, events=own, now=NOW)


def test_a_container_that_failed_tells_more_than_one_that_was_not_started() -> None:
    found = look(scorer(name="a", state=PULL), scorer(name="b", state={"terminated": END}))
    assert found is not None
    assert (found.pod, found.state.exit_code, found.state.last_line) == ("b", 3, "no")


def test_one_that_was_not_started_tells_more_than_one_that_takes_its_time() -> None:
    found = look(scorer(name="a", state={"waiting": {}}), scorer(name="b", state=PULL))
    assert found is not None
    assert found.sentence == ("Pod b does not start: its image cannot be pulled (no such tag)")


def test_one_that_takes_its_time_is_better_than_no_word() -> None:
    found = look(scorer(state=UP, ready=False))
    assert found is not None
    assert found.sentence == f"Pod scorer-1 runs since {EARLIER} and does not answer its probe yet"


def test_one_that_starts_again_is_told_by_how_it_ended() -> None:
    found = look(scorer(state=UP, ready=False, restartCount=1, lastState={"terminated": END}))
    assert found is not None
    assert (found.state.reason, found.state.exit_code) == ("RestartLoop", 3)


def test_one_that_keeps_ending_is_not_up_the_moment_it_answers() -> None:
    often: Object = {"ready": True, "restartCount": 5, "lastState": {"terminated": END}}
    found = look(scorer(state={"running": {"startedAt": RECENT}}, **often))
    assert found is not None
    assert found.state.reason == "RestartLoop"
    assert "was started again 5 times" in found.sentence
    assert look(scorer(state=UP, **often)) is None, "it has run for long enough"


def test_one_that_should_be_gone_keeps_its_successor_from_coming() -> None:
    old = scorer("v1", state=UP, ready=True)
    found = look(merged(old, {"metadata": {"deletionTimestamp": EARLIER}}))
    assert found is not None
    assert found.state.reason == "Terminating"


@pytest.mark.parametrize(
    "found",
    [
        scorer("v1", state={"terminated": END}),
        scorer("v1", state=PULL),
        scorer(state=UP, ready=True, lastState={"terminated": END}),
        scorer(state={"terminated": {"exitCode": 0}}),
        merged(scorer(state={"terminated": END}), {"status": {"phase": "Failed"}}),
        merged(
            scorer(state={"terminated": END}),
            {"metadata": {"deletionTimestamp": "2026-01-31T12:00:00Z"}},
        ),
    ],
)
def test_nothing_is_wrong(found: Object) -> None:
    assert look(found) is None


def test_who_answers() -> None:
    up = {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}
    going = {**up, "metadata": {"deletionTimestamp": EARLIER}}
    pods = [scorer("v1"), merged(scorer("v1"), up), merged(scorer(), up), merged(scorer(), going)]
    assert answering(pods) == 2
    assert answering(of_template(pods, NEWEST)) == 1
