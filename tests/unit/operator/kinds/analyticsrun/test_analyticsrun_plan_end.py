"""From a driver's end to the end of the run."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from swirl.kube.resources import PODS
from swirl_operator.runtime.interface import Object, Plan, Ref
from tests.support import kstatus
from tests.unit.operator.kinds.analyticsrun.attempts import (
    attempt,
    going,
    look,
)
from tests.unit.operator.kinds.observed import (
    EARLIER,
    NOW,
    after,
    merged,
    pod,
    said,
    terminated,
)

MODEL = {"name": "sentiment", "uri": "file:///m/1", "digest": "sha256:1"}


def test_success_hands_on_what_the_driver_reports() -> None:
    report = {"message": "trained", "models": [MODEL], "metrics": {"a": "1"}, "result": {"n": 3}}
    plan = look(going(failures=2), pod(status=terminated(0, report)))
    assert plan.status is not None
    assert said(plan, "Succeeded") == ("True", "Succeeded", "trained")
    assert kstatus.compute(after(going(), plan)) == "Current"
    assert plan.status["models"] == [MODEL]
    assert plan.status["metrics"] == {"a": "1"}
    assert plan.status["result"] == {"n": 3}
    assert plan.status["failures"] == 0
    assert plan.status["completionTime"] == "2026-01-31T11:59:00Z"
    assert plan.status["attempts"][0]["outcome"] == "Succeeded"


def test_a_report_that_the_api_would_refuse_does_not_hold_up_the_end() -> None:
    report = {"models": [{"name": "x"}, MODEL, MODEL], "metrics": {"a": 0.5}, "resultURI": 7}
    plan = look(going(), pod(status=terminated(0, report)))
    assert plan.status is not None
    assert plan.status["models"] == [MODEL]
    assert plan.status["metrics"] == {"a": "0.5"}


def test_a_failure_is_followed_by_a_wait_and_the_next_attempt() -> None:
    plan = look(going(), pod(status=terminated(1, {"reason": "NoRows", "message": "no rows"})))
    assert plan.status is not None
    assert plan.status["failures"] == 1
    assert plan.status["nextAttemptTime"] == "2026-01-31T11:59:10Z"
    assert plan.requeue_after == 0
    assert said(plan)[:2] == ("Unknown", "BackingOff")
    assert "NoRows: no rows" in said(plan)[2]
    nxt = look(after(going(), plan), pod(status=terminated(1)))
    assert nxt.status is not None
    assert [a["number"] for a in nxt.status["attempts"]] == [1, 2]
    assert "nextAttemptTime" not in nxt.status
    assert not nxt.create


def test_the_wait_is_waited_for() -> None:
    failed = attempt(outcome="Failed", reason="DriverFailed", message="x", finishedAt=EARLIER)
    obj = going(failed, nextAttemptTime="2026-01-31T12:00:30Z", failures=1)
    plan = look(obj)
    assert (plan.create, plan.requeue_after) == ((), 30.0)
    assert said(plan)[1] == "BackingOff"


def test_after_the_limit_the_run_failed() -> None:
    obj = going(attempt(2), failures=1, spec={"retry": {"limit": 1}})
    plan = look(obj, pod("train-1-2", status=terminated(1, {"message": "no rows"})))
    assert said(plan, "Succeeded")[0] == "False"
    assert kstatus.compute(after(obj, plan)) == "Failed"
    assert "kubectl logs train-1-2" in said(plan)[2]
    assert "retry.limit is 1" in said(plan)[2]
    assert plan.requeue_after is None


def test_a_log_is_pointed_to_only_while_there_is_one() -> None:
    ended = pod("train-1-2", status=terminated(1, {"message": "no rows"}))
    obj = going(attempt(2), failures=1, spec={"retry": {"limit": 1}})
    obj = after(obj, look(obj, ended))
    assert look(obj, ended) == Plan()
    plan = look(obj)
    assert "kubectl logs" not in said(plan)[2]
    assert said(plan)[2].endswith("retry.limit is 1.")
    assert kstatus.compute(after(obj, plan)) == "Failed"
    assert look(after(obj, plan)) == Plan()
    going_already = merged(ended, {"metadata": {"deletionTimestamp": EARLIER}})
    again = going(attempt(2), failures=1, spec={"retry": {"limit": 1}})
    assert "kubectl logs" not in said(look(again, going_already))[2]


def test_a_permanent_failure_ends_the_run_at_once() -> None:
    report = {"reason": "InvalidParameters", "message": "max_iter is no number"}
    plan = look(going(), pod(status=terminated(2, report)))
    assert said(plan, "Succeeded")[:2] == ("False", "InvalidParameters")


def test_a_stream_that_ran_for_long_is_forgiven() -> None:
    obj = going(failures=3, spec={"mode": "Streaming"})
    plan = look(obj, pod(status=terminated(1)))
    assert plan.status is not None
    assert plan.status["failures"] == 1
    assert said(plan)[1] == "BackingOff"


def test_pods_of_attempts_that_are_no_longer_listed_are_deleted() -> None:
    """A stream that is started anew for years would fill the cluster with dead Pods."""
    attempts = [
        attempt(n, outcome="Failed", reason="DriverFailed", podUid=f"uid-{n}", finishedAt=EARLIER)
        for n in range(1, 11)
    ]
    plan = look(going(*attempts, nextAttemptTime=EARLIER))
    assert [(ref.name, ref.uid) for ref in plan.delete] == [("train-1-1", "uid-1")]
    assert not look(going(*attempts[:9], nextAttemptTime=EARLIER)).delete


def test_a_stream_that_ends_by_itself_is_started_again() -> None:
    obj = going(spec={"mode": "Streaming"})
    plan = look(obj, pod(status=terminated(0, {"outcome": "Succeeded"})))
    assert said(plan)[1] == "BackingOff"
    assert "a stream has no end" in said(plan)[2]
    assert plan.status is not None
    assert plan.status["attempts"][0]["reason"] == "StreamEnded"
    assert plan.status["nextAttemptTime"] == "2026-01-31T11:59:10Z"


def test_the_newest_ten_attempts_are_kept() -> None:
    old = [
        attempt(n, outcome="Failed", reason="DriverFailed", message="x", finishedAt=EARLIER)
        for n in range(7, 17)
    ]
    plan = look(going(*old, nextAttemptTime=EARLIER))
    assert plan.status is not None
    assert [a["number"] for a in plan.status["attempts"]] == list(range(8, 18))


def test_executors_of_a_dead_driver_are_deleted() -> None:
    executor = pod("train-1-1-exec-1", labels={"role": "executor"})
    other = pod("train-1-2-exec-1", labels={"role": "executor", "attempt": "2"})
    going_already = merged(executor, {"metadata": {"deletionTimestamp": EARLIER, "name": "x"}})
    pods = [executor, other, going_already]
    plan = look(going(), pod(status=terminated(1)), related={"pods": pods})
    uid = executor["metadata"]["uid"]
    assert plan.delete == (Ref(PODS, "ads", "train-1-1-exec-1", uid),)


def test_a_long_message_is_cut() -> None:
    plan = look(going(), pod(status=terminated(1, {"message": "x" * 9000})))
    assert plan.status is not None
    assert len(plan.status["attempts"][0]["message"]) == 4096


# -- what outlives a driver in its Pod -----------------------------------------------------------

PROXY = {"name": "proxy", "state": {"running": {"startedAt": EARLIER}}}


def outlived(code: int, **more: Any) -> Object:
    """A driver that ended in a Pod that goes on, since another container of it does."""
    status = terminated(code)
    return pod(
        status={
            **status,
            "phase": "Running",
            "containerStatuses": [*status["containerStatuses"], PROXY],
        },
        **more,
    )


@pytest.mark.parametrize(("code", "spec"), [(0, {}), (1, {}), (1, {"retry": {"limit": 0}})])
def test_what_outlives_a_driver_is_ended_once_the_end_is_written_down(
    code: int, spec: Object
) -> None:
    """It would hold its place for ever, and the next version of a stream waits for it."""
    obj = going(spec=spec)
    ended = look(obj, outlived(code))
    assert ended.status is not None
    assert ended.apply == (), "what ended it is read off this very Pod"
    assert ended.requeue_after == 0
    then = look(after(obj, ended), outlived(code), now=NOW - timedelta(minutes=1))
    assert [item["spec"] for item in then.apply] == [{"activeDeadlineSeconds": 1}]
    told = outlived(code, spec={"activeDeadlineSeconds": 1})
    assert look(after(obj, ended), told, now=NOW - timedelta(minutes=1)).apply == ()
    going_away = outlived(code, metadata={"deletionTimestamp": EARLIER})
    assert look(after(obj, ended), going_away, now=NOW - timedelta(minutes=1)).apply == ()


def test_a_pod_whose_phase_lags_behind_is_left_alone() -> None:
    obj = going()
    lags = pod(status={**terminated(0), "phase": "Running"})
    ended = look(obj, lags)
    assert ended.requeue_after is None
    assert look(after(obj, ended), lags) == Plan()


def test_what_outlives_a_cancelled_driver_is_ended_too() -> None:
    obj = merged(going(), {"spec": {"cancel": True}, "metadata": {"generation": 2}})
    ended = look(obj, outlived(1))
    assert ended.requeue_after == 0
    assert look(after(obj, ended), outlived(1)).apply
