"""A stream is ready when it has executors, and a run that waits for them says so."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from swirl.wire.executors import Executors
from swirl_operator.kinds.analyticsrun.workforce import SETTLES, settles_in, workforce
from swirl_operator.runtime.interface import Object
from tests.support import kstatus
from tests.unit.operator.kinds.analyticsrun.attempts import RUNNING, going, look
from tests.unit.operator.kinds.observed import EARLIER, after, container, merged, pod, said

NO_ROOM = {
    "type": "PodScheduled",
    "status": "False",
    "reason": "Unschedulable",
    "message": "0/1 nodes are available: 1 Insufficient cpu.",
}
QUOTA = (
    'pods "x-exec-1" is forbidden: exceeded quota: x-quota, requested: pods=1, used: pods=2, '
    "limited: pods=2"
)
STREAM: Object = {"mode": "Streaming"}
STARTED = datetime.fromisoformat("2026-01-31T11:10:00Z")


def executor(number: int = 1, status: Object | None = None, **more: Any) -> Object:
    labels = {"role": "executor"}
    return pod(f"train-1-1-exec-{number}", labels=labels, status=status or {}, **more)


def works(number: int = 1) -> Object:
    state = {"running": {"startedAt": EARLIER}}
    return executor(number, container(state, "spark-kubernetes-executor"))


def waits(number: int = 1) -> Object:
    return executor(number, {"phase": "Pending", "conditions": [NO_ROOM]})


def ended(number: int = 1) -> Object:
    state = {"terminated": {"exitCode": 1}}
    return executor(number, container(state, "spark-kubernetes-executor", phase="Failed"))


def driver(said: Executors | None = None) -> Object:
    told = {} if said is None else {"swirl.dev/executors": said.to_json()}
    return pod(status=RUNNING, metadata={"annotations": told})


def test_a_stream_that_uses_no_spark_wants_no_executors() -> None:
    obj = going(spec=STREAM)
    plan = look(obj, driver())
    assert said(plan)[:2] == ("True", "DriverRunning")
    assert kstatus.compute(after(obj, plan)) == "Current"


def test_a_driver_has_a_moment_to_say_that_it_wants_some() -> None:
    """So that a stream is not ready for a second before its Spark starts."""
    obj = going(spec=STREAM)
    early = look(obj, driver(), now=STARTED + timedelta(seconds=4))
    assert said(early)[:2] == ("Unknown", "DriverRunning")
    assert early.requeue_after == 6
    assert said(look(obj, driver(), now=STARTED + SETTLES))[0] == "True"
    told = look(obj, driver(Executors(1)), works(), now=STARTED, related={"pods": [works()]})
    assert said(told)[0] == "True"


def test_a_stream_without_any_executor_is_not_ready_and_says_why() -> None:
    obj = going(spec=STREAM)
    plan = look(obj, driver(Executors(2)), related={"pods": [waits(1), waits(2)]})
    assert said(plan)[:2] == ("Unknown", "Unschedulable")
    assert "0 of 2 executors run" in said(plan)[2]
    assert "Insufficient cpu" in said(plan)[2]


def test_a_driver_that_says_nothing_is_known_by_the_executors_that_exist() -> None:
    plan = look(going(spec=STREAM), driver(), related={"pods": [waits()]})
    assert said(plan)[:2] == ("Unknown", "Unschedulable")


def test_executors_that_start_are_waited_for() -> None:
    plan = look(going(spec=STREAM), driver(Executors(2)), related={"pods": [executor()]})
    assert said(plan)[:2] == ("Unknown", "ExecutorsStarting")
    assert said(plan)[2] == "The driver runs in Pod train-1-1; 0 of 2 executors run."


def test_one_executor_is_enough_and_what_keeps_the_others_is_said() -> None:
    obj = going(spec=STREAM)
    plan = look(obj, driver(Executors(2)), related={"pods": [works(1), waits(2)]})
    assert said(plan)[:2] == ("True", "DriverRunning")
    assert "1 of 2 executors run" in said(plan)[2]
    assert "Insufficient cpu" in said(plan)[2]


@pytest.mark.parametrize("mode", ["Batch", "Streaming"])
def test_executors_that_are_refused_are_not_there_to_be_seen(mode: str) -> None:
    plan = look(going(spec={"mode": mode}), driver(Executors(1, QUOTA)))
    assert said(plan)[:2] == ("Unknown", "QuotaExceeded")
    assert "0 of 1 executor runs: the API server refuses them" in said(plan)[2]
    assert "exceeded quota: x-quota" in said(plan)[2]


def test_a_batch_says_why_it_does_not_proceed() -> None:
    plan = look(going(), driver(), related={"pods": [waits()]})
    assert said(plan, "Succeeded")[:2] == ("Unknown", "Unschedulable")
    assert "Insufficient cpu" in said(plan)[2]
    well = look(going(), driver(), related={"pods": [works()]})
    assert said(well)[1:] == ("DriverRunning", "The driver runs in Pod train-1-1.")


def test_only_executors_of_this_attempt_that_live_count() -> None:
    other = works(3)
    other["metadata"]["labels"]["swirl.dev/attempt"] = "2"
    going_away = merged(works(4), {"metadata": {"deletionTimestamp": EARLIER}})
    found = workforce(driver(Executors(1)), [ended(1), other, going_away, driver()], attempt=1)
    assert (found.runs, found.wanted, found.is_enough) == (0, 1, False)


def test_a_driver_that_has_spoken_has_settled() -> None:
    assert settles_in(driver(Executors(0)), "2026-01-31T11:10:00Z", STARTED) == 0
    assert settles_in(driver(), None, STARTED) == 0
