"""What an init container keeps from starting."""

from __future__ import annotations

from typing import Any

import pytest

from swirl_operator.pods.reading.init import read_init
from swirl_operator.runtime.interface import Object
from tests.unit.operator.kinds.observed import EARLIER, pod

END: Object = {"exitCode": 7, "message": "Traceback\nno such bucket"}
LOOP: Object = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 10s"}}


def with_init(*statuses: Object) -> Object:
    containers = [{"name": status["name"], "image": "setup:1"} for status in statuses]
    status = {"phase": "Pending", "initContainerStatuses": list(statuses)}
    return pod(spec={"initContainers": containers}, status=status)


def init(state: Object, name: str = "setup", **more: Any) -> Object:
    return {"name": name, "state": state, **more}


@pytest.mark.parametrize(
    "status", [init({"terminated": END}), init(LOOP, lastState={"terminated": END})]
)
def test_one_that_fails_is_quoted(status: Object) -> None:
    found = read_init(with_init(status))
    assert found is not None
    assert (found.reason, found.message) == (
        "ContainerFailed",
        "does not start: its init container setup exited with code 7: no such bucket",
    )


def test_one_that_needs_more_memory() -> None:
    end = {"exitCode": 137, "reason": "OOMKilled"}
    found = read_init(with_init(init({"terminated": end})))
    assert found is not None
    assert found.reason == "OutOfMemory"


def test_one_that_is_not_started_says_why() -> None:
    state = {"waiting": {"reason": "ErrImagePull", "message": "x: not found"}}
    found = read_init(with_init(init(state)))
    assert found is not None
    assert found.reason == "ImagePull"
    assert found.message.startswith(
        "does not start: its init container setup does not: image setup:1 cannot be pulled"
    )


def test_one_that_runs_is_waited_for() -> None:
    found = read_init(with_init(init({"running": {"startedAt": EARLIER}})))
    assert found is not None
    assert (found.reason, found.message) == (
        None,
        f"waits for its init container setup, which runs since {EARLIER}",
    )


@pytest.mark.parametrize(
    "status",
    [
        init({"terminated": {"exitCode": 0}}),
        init({"waiting": {"reason": "PodInitializing"}}),
        init({"running": {"startedAt": EARLIER}}, started=True),
    ],
)
def test_one_that_is_not_in_the_way(status: Object) -> None:
    assert read_init(with_init(status)) is None


def test_a_pod_without_any() -> None:
    assert read_init(pod()) is None
