"""`Ready` is honest in time: what keeps a run from its work for too long makes it False."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from swirl.kube.resources import PODS
from swirl.wire.reasons import OutcomeReason
from swirl_operator.kinds.analyticsrun.waits import STARTING_PATIENCE, patience
from swirl_operator.runtime.interface import ChildFailure, Object, Plan, Ref
from swirl_operator.status.overdue import PATIENCE
from swirl_operator.status.reasons import Reason
from tests.support import kstatus
from tests.unit.operator.kinds.analyticsrun.attempts import RUNNING, attempt, going, look
from tests.unit.operator.kinds.observed import (
    EARLIER,
    NOW,
    after,
    container,
    merged,
    pod,
    said,
    terminated,
)

STREAM: Object = {"mode": "Streaming"}
PULL = {"waiting": {"reason": "ImagePullBackOff", "message": "not found"}}
STUCK = container(PULL, phase="Pending")
WELL = [
    {"type": "Ready", "status": "True", "lastTransitionTime": EARLIER},
    {"type": "ContainersReady", "status": "True", "lastTransitionTime": EARLIER},
]
RUNS = merged(
    RUNNING,
    {
        "containerStatuses": [
            {"name": "driver", "ready": True, "state": {"running": {"startedAt": EARLIER}}}
        ],
        "conditions": WELL,
    },
)
SILENT = merged(RUNS, {"conditions": [{**WELL[0], "status": "False"}, WELL[1]]})
REF = Ref(PODS, "ads", "train-1-1", "uid-of-train-1-1")


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def looks(obj: Object, *steps: tuple[float, tuple[Object, ...], dict[str, Any]]) -> list[Plan]:
    plans = []
    for seconds, pods, more in steps:
        plan = look(obj, *pods, now=later(seconds), **more)
        plans.append(plan)
        if plan.status is not None:
            obj = after(obj, plan)
    return plans


@pytest.mark.parametrize("mode", ["Batch", "Streaming"])
def test_an_image_that_cannot_be_pulled_is_somebodys_to_correct(mode: str) -> None:
    stuck = pod(status=STUCK)
    first, before, then, mended = looks(
        going(spec={"mode": mode}),
        (0, (stuck,), {}),
        (119, (stuck,), {}),
        (120, (stuck,), {}),
        (130, (pod(status=RUNS),), {}),
    )
    assert said(first)[:2] == said(before)[:2] == ("Unknown", "ImagePull")
    assert first.requeue_after == 120
    assert said(then)[:2] == ("False", "ImagePull")
    assert "Not ready since 2026-01-31T12:00:00Z" in said(then)[2]
    assert said(then, "Succeeded")[0] == "Unknown", "it goes on by itself when the cause is gone"
    assert said(mended)[1] == "DriverRunning"
    assert mended.status is not None
    assert "notReadySince" not in mended.status


def test_a_stream_that_is_lost_and_cannot_come_back_is_down_since_it_was_lost() -> None:
    """Whatever the causes in between are."""
    quota = ChildFailure(Ref(PODS, "ads", "train-1-2"), 403, "Forbidden", "exceeded quota")
    runs, lost, _, refused, still = looks(
        going(spec=STREAM),
        (0, (pod(status=RUNS),), {}),
        (10, (), {"absent": [REF]}),
        (12, (), {}),
        (100, (), {"failures": [quota]}),
        (131, (), {"failures": [quota]}),
    )
    assert said(runs)[0] == "True"
    assert said(lost)[:2] == ("Unknown", "BackingOff")
    assert said(refused)[0] == "Unknown"
    assert refused.requeue_after == 30
    assert said(still)[0] == "False"
    assert "Not ready since 2026-01-31T12:00:10Z" in said(still)[2]


def test_a_stream_that_is_down_stays_so_while_its_next_attempt_starts() -> None:
    """Every new attempt would be news otherwise, and an alert would be resolved and fire again."""
    starts = [{"type": "PodScheduled", "status": "True", "lastTransitionTime": EARLIER}]
    second = pod("train-1-2", labels={"attempt": "2"}, status={"conditions": starts})
    third = pod("train-1-2", labels={"attempt": "2"}, status=RUNS)
    failed, down, again, starting, up = looks(
        going(spec={**STREAM, "retry": {"backoffSeconds": 190}}),
        (0, (pod(status=terminated(1, {"reason": "UserError", "message": "x"})),), {}),
        (121, (), {}),
        (131, (), {}),
        (132, (second,), {"events": {"uid-of-train-1-2": []}}),
        (140, (third,), {}),
    )
    assert said(failed)[:2] == ("Unknown", "BackingOff")
    assert said(down)[:2] == ("False", "BackingOff")
    assert said(again)[:2] == said(starting)[:2] == ("False", "DriverStarting")
    assert said(up)[0] == "True"


def test_a_batch_that_waits_for_room_waits_its_turn() -> None:
    no_room = {"type": "PodScheduled", "status": "False", "message": "0/1 nodes are available"}
    waiting = pod(status={"phase": "Pending", "conditions": [no_room]})
    _, plan = looks(going(), (0, (waiting,), {}), (7200, (waiting,), {}))
    assert said(plan)[:2] == ("Unknown", "Unschedulable")


def test_a_stream_on_a_silent_node_is_not_ready_and_says_what_to_do() -> None:
    silent = pod(status=SILENT, spec={"nodeName": "x-dead"})
    obj = going(spec=STREAM)
    at_once, then = looks(obj, (0, (silent,), {}), (120, (silent,), {}))
    assert said(at_once)[:2] == ("Unknown", "NodeNotReady")
    assert said(then)[:2] == ("False", "NodeNotReady")
    assert "x-dead" in said(then)[2]
    assert "kubectl delete node x-dead" in said(then)[2]


def test_a_driver_that_stays_terminating_keeps_its_place_until_it_is_gone() -> None:
    """Nobody knows whether it still works; two drivers would fight over one checkpoint."""
    told = {"deletionTimestamp": "2026-01-31T12:00:45Z", "deletionGracePeriodSeconds": 45}
    going_away = pod(status=RUNS, spec={"nodeName": "x-dead"}, metadata=told)
    noted, waits, stays, down, gone = looks(
        going(spec=STREAM),
        (1, (going_away,), {}),
        (2, (going_away,), {}),
        (76, (going_away,), {}),
        (200, (going_away,), {}),
        (201, (), {"absent": [REF]}),
    )
    assert said(noted)[1] == "DriverLost"
    assert said(waits)[0] == "Unknown"
    for plan in (stays, down):
        assert (plan.create, plan.delete, plan.apply) == ((), (), ())
        assert said(plan)[1] == "Terminating"
        assert "x-dead does not answer" in said(plan)[2]
        assert "kubectl delete pod train-1-1 --force --grace-period=0" in said(plan)[2]
    assert (said(stays)[0], said(down)[0]) == ("Unknown", "False")
    assert said(gone)[1] == "BackingOff"
    assert gone.status is not None
    assert (gone.status["failures"], gone.status["losses"]) == (0, 1)


def test_a_suspended_run_waits_for_ever() -> None:
    assert patience(Reason.SUSPENDED, streaming=True) is None


@pytest.mark.parametrize(
    ("reason", "streaming", "batch"),
    [
        (Reason.BACKING_OFF, PATIENCE, None),
        (Reason.DRIVER_STARTING, STARTING_PATIENCE, None),
        (Reason.EXECUTORS_STARTING, STARTING_PATIENCE, None),
        (Reason.DRIVER_RUNNING, STARTING_PATIENCE, None),
        (OutcomeReason.UNSCHEDULABLE, PATIENCE, None),
        (OutcomeReason.QUOTA_EXCEEDED, PATIENCE, None),
        (OutcomeReason.CONFIG_MISSING, PATIENCE, PATIENCE),
        (OutcomeReason.VOLUME_MOUNT, PATIENCE, PATIENCE),
        (OutcomeReason.DEADLINE_EXCEEDED, PATIENCE, None),
        (OutcomeReason.PLATFORM_ERROR, PATIENCE, PATIENCE),
        (Reason.CHILD_REFUSED, PATIENCE, PATIENCE),
        (Reason.JOB_NOT_FOUND, None, None),
    ],
)
def test_how_long(
    reason: Reason | OutcomeReason, streaming: timedelta | None, batch: timedelta | None
) -> None:
    assert patience(reason, streaming=True) == streaming
    assert patience(reason, streaming=False) == batch


def test_events_are_read_where_a_driver_that_starts_says_nothing() -> None:
    scheduled = {"type": "PodScheduled", "status": "True", "lastTransitionTime": EARLIER}
    starts = pod(
        status={"phase": "Pending", "conditions": [scheduled]}, spec={"nodeName": "node-1"}
    )
    plan = look(going(attempt(podUid="uid-of-train-1-1")), starts)
    assert plan == Plan(read_events=(REF,))
    event = {
        "reason": "FailedMount",
        "note": 'MountVolume.SetUp failed for volume "data" : not found',
        "regarding": {"kind": "Pod"},
        "deprecatedLastTimestamp": EARLIER,
    }
    told = look(going(), starts, events={"uid-of-train-1-1": [event]})
    assert said(told)[:2] == ("Unknown", "VolumeMount")
    assert kstatus.compute(after(going(), told)) == "InProgress"
