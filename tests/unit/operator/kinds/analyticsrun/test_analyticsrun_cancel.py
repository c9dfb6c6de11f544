"""`spec.cancel` at each moment of a run; test_kinds_changed_anywhere tries all of them."""

from __future__ import annotations

import pytest

from swirl.kube.resources import PODS
from swirl_operator.runtime.interface import Object, Plan, Ref
from tests.support import kstatus
from tests.unit.operator.kinds.analyticsrun.attempts import RUNNING, attempt, going, look
from tests.unit.operator.kinds.observed import (
    EARLIER,
    after,
    condition,
    job,
    merged,
    pod,
    run,
    said,
    terminated,
)

CANCEL: Object = {"spec": {"cancel": True}, "metadata": {"generation": 2}}
DELETING: Object = {"deletionTimestamp": EARLIER}


def cancelled(obj: Object) -> Object:
    return merged(obj, CANCEL)


def check_ended(obj: Object, plan: Plan) -> None:
    assert said(plan, "Succeeded")[:2] == ("False", "Cancelled")
    assert said(plan)[:2] == ("False", "Cancelled")
    assert kstatus.compute(after(obj, plan)) == "Failed"
    assert plan.status is not None
    assert plan.status["completionTime"] == "2026-01-31T12:00:00Z"
    assert "nextAttemptTime" not in plan.status
    assert not plan.create
    assert [event.reason for event in plan.events if event.type == "Normal"] == ["Cancelled"]
    assert look(after(obj, plan)) == Plan(), "it stays so"


@pytest.mark.parametrize("parent", [None, job()])
def test_before_it_began(parent: Object | None) -> None:
    obj = cancelled(run())
    check_ended(obj, look(obj, related={"job": parent}))


def test_before_its_pod_was_made() -> None:
    """It may have been made a moment ago, so it is looked for."""
    obj = cancelled(going())
    ref = Ref(PODS, "ads", "train-1-1")
    assert look(obj) == Plan(confirm_absent=(ref,))
    plan = look(obj, absent=[ref])
    check_ended(obj, plan)
    assert plan.status is not None
    assert plan.status["attempts"][0]["outcome"] == "Failed"
    assert plan.status["attempts"][0]["reason"] == "Cancelled"


@pytest.mark.parametrize("status", [{"phase": "Pending"}, RUNNING])
def test_while_its_driver_starts_or_runs(status: Object) -> None:
    obj = cancelled(going())
    plan = look(obj, pod(status=status))
    assert plan.delete == (Ref(PODS, "ads", "train-1-1", "uid-of-train-1-1"),)
    assert said(plan, "Succeeded")[:2] == ("Unknown", "Cancelling")
    assert kstatus.compute(after(obj, plan)) == "InProgress"
    told = {"deletionTimestamp": "2026-01-31T12:00:45Z", "deletionGracePeriodSeconds": 45}
    again = look(after(obj, plan), pod(status=status, metadata=told))
    assert again.delete == (), "it was asked to go"
    assert again.status == plan.status


def test_a_driver_that_does_not_stop_is_named_with_what_to_do() -> None:
    told = {"deletionTimestamp": EARLIER, "deletionGracePeriodSeconds": 45}
    stays = pod(status=RUNNING, metadata=told, spec={"nodeName": "x-dead"})
    plan = look(cancelled(going()), stays)
    assert said(plan, "Succeeded")[:2] == ("Unknown", "Terminating")
    assert "Cancelled, as spec.cancel asks" in said(plan)[2]
    assert "node x-dead does not answer" in said(plan)[2]
    told["deletionTimestamp"] = "2026-01-31T12:00:10Z"
    plan = look(cancelled(going()), merged(stays, {"metadata": told}))
    assert said(plan)[1] == "Cancelling"
    assert plan.requeue_after, "nobody tells that it stays"


def test_when_its_driver_is_gone() -> None:
    obj = cancelled(going(attempt(podUid="uid-9", outcome="Running")))
    ref = Ref(PODS, "ads", "train-1-1", "uid-9")
    assert look(obj).confirm_absent == (ref,)
    check_ended(obj, look(obj, absent=[ref]))


def test_when_its_driver_has_stopped() -> None:
    """143 is what a terminated process leaves; that is not why it ended."""
    obj = cancelled(going())
    plan = look(obj, pod(status=terminated(143), metadata=DELETING))
    check_ended(obj, plan)
    assert plan.status is not None
    assert plan.status["attempts"][0]["reason"] == "Cancelled"
    assert plan.status["attempts"][0]["finishedAt"] == "2026-01-31T11:59:00Z"


def test_when_its_driver_has_failed_by_itself() -> None:
    obj = cancelled(going())
    plan = look(obj, pod(status=terminated(1, {"reason": "UserError", "message": "no rows"})))
    check_ended(obj, plan)
    assert plan.status is not None
    assert plan.status["attempts"][0]["reason"] == "UserError"


@pytest.mark.parametrize("metadata", [{}, DELETING])
def test_a_driver_that_was_done_has_succeeded(metadata: Object) -> None:
    obj = cancelled(going())
    plan = look(obj, pod(status=terminated(0, {"message": "trained"}), metadata=metadata))
    assert said(plan, "Succeeded") == ("True", "Succeeded", "trained")


def test_but_a_stream_that_returns_was_stopped() -> None:
    obj = cancelled(going(spec={"mode": "Streaming"}))
    check_ended(obj, look(obj, pod(status=terminated(0), metadata=DELETING)))


def test_between_two_attempts() -> None:
    failed = attempt(outcome="Failed", reason="DriverFailed", message="x", finishedAt=EARLIER)
    obj = cancelled(going(failed, nextAttemptTime="2026-01-31T12:00:30Z", failures=1))
    executor = pod("train-1-1-exec-1", labels={"role": "executor"})
    plan = look(obj, pod(status=terminated(1)), related={"pods": [executor]})
    check_ended(obj, plan)
    assert [ref.name for ref in plan.delete] == ["train-1-1-exec-1"]
    assert plan.status is not None
    assert plan.status["attempts"] == [failed]


def test_executors_go_after_their_driver() -> None:
    obj = cancelled(going())
    executor = pod("train-1-1-exec-1", labels={"role": "executor"})
    plan = look(obj, pod(status=RUNNING), related={"pods": [executor]})
    assert [ref.name for ref in plan.delete] == ["train-1-1"], "the driver stops them itself"
    plan = look(obj, pod(status=terminated(143)), related={"pods": [executor]})
    assert [ref.name for ref in plan.delete] == ["train-1-1-exec-1"], "if it can"


@pytest.mark.parametrize("status", ["True", "False"])
def test_a_run_that_has_ended_stays_as_it_is(status: str) -> None:
    ended = going(
        attempt(outcome="Succeeded"),
        conditions=[condition("Succeeded", status), condition("Ready", status)],
        observedGeneration=1,
        completionTime=EARLIER,
    )
    if status == "False":
        ended["status"]["conditions"].append(condition("Stalled", "True"))
    obj = cancelled(ended)
    plan = look(obj)
    assert plan.status is not None, "tools that wait see that it was looked at"
    assert plan.status["observedGeneration"] == 2
    assert (said(plan, "Succeeded")[0], said(plan)[0]) == (status, status)
    assert plan.status["completionTime"] == EARLIER
    assert look(after(obj, plan)) == Plan()
