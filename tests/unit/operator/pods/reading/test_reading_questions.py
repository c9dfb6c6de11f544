"""When the Events of a Pod are read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from swirl.kube.resources import PODS
from swirl_operator.pods.reading.questions import is_silent, unread
from swirl_operator.runtime.interface import Object, Ref
from tests.unit.operator.kinds.observed import EARLIER, NOW, job, observe, pod

RECENT = "2026-01-31T11:59:55Z"


def placed(state: Object | None, since: str = EARLIER, **more: Any) -> Object:
    """A Pod that got its node then."""
    scheduled = {"type": "PodScheduled", "status": "True", "lastTransitionTime": since}
    status: Object = {"phase": "Pending", "conditions": [scheduled]}
    if state is not None:
        status["containerStatuses"] = [{"name": "driver", "state": state, **more}]
    return pod(status=status)


CREATING: Object = {"waiting": {"reason": "ContainerCreating"}}
LOOP: Object = {"waiting": {"reason": "CrashLoopBackOff"}}


def ended(code: int) -> Object:
    return {"terminated": {"exitCode": code, "finishedAt": EARLIER}}


@pytest.mark.parametrize(
    "made",
    [
        placed(None),
        placed(CREATING),
        placed({"waiting": {"reason": "PodInitializing"}}),
        placed({"running": {"startedAt": EARLIER}}, ready=False),
        placed(LOOP, lastState=ended(137)),
    ],
)
def test_one_that_should_have_started_and_does_not_say_why_not(made: Object) -> None:
    assert is_silent(made, "driver", NOW)


@pytest.mark.parametrize(
    "made",
    [
        pod(),
        placed(CREATING, since=RECENT),
        placed({"waiting": {"reason": "ImagePullBackOff"}}),
        placed({"running": {"startedAt": EARLIER}}, ready=True),
        placed({"running": {"startedAt": RECENT}}, ready=False),
        placed(LOOP, lastState=ended(1)),
        {**placed(CREATING), "status": {**placed(CREATING)["status"], "phase": "Failed"}},
        pod(metadata={"deletionTimestamp": EARLIER}),
    ],
)
def test_one_that_says_enough_or_just_began(made: Object) -> None:
    assert not is_silent(made, "driver", NOW)


def test_they_are_asked_for_once_and_of_a_few() -> None:
    pods = [
        {**placed(None), "metadata": {"name": f"p{n}", "namespace": "ads", "uid": f"u{n}"}}
        for n in range(5)
    ]
    observation = observe(job())
    wanted = unread(observation, pods, "driver")
    assert wanted == tuple(Ref(PODS, "ads", f"p{n}", f"u{n}") for n in range(3))
    read: dict[str, list[Object]] = {"u0": [], "u1": [], "u2": []}
    assert unread(replace(observation, events=read), pods, "driver") == ()
