"""A status that was lost is made anew from the run's Pods."""

from __future__ import annotations

from datetime import timedelta

import pytest

from swirl.api.v1alpha1.analyticsjob import Retry
from swirl_operator.kinds.analyticsrun.attempts import before_last, failed, from_pods
from swirl_operator.kinds.analyticsrun.retry import Tally
from swirl_operator.runtime.interface import Object
from tests.unit.operator.kinds.analyticsrun.attempts import RUNNING, attempt, look
from tests.unit.operator.kinds.observed import (
    EARLIER,
    job,
    merged,
    pod,
    run_of,
    said,
    stream,
    terminated,
)


def driver(number: int, status: Object) -> Object:
    name = f"train-1-{number}"
    labels = {"attempt": str(number)}
    return pod(name, labels=labels, status=status, metadata={"creationTimestamp": EARLIER})


FAILED = terminated(1, {"reason": "UserError", "message": "no rows"})


def bare(parent: Object) -> Object:
    """The run of the job, without a status."""
    return {**run_of(parent), "status": {"observedGeneration": -1}}


def lost(number: int) -> Object:
    """A run whose newest driver is of that attempt; Pods here are called as if it were train-1."""
    return merged(bare(job(spec={"retry": {"limit": 3}})), {"metadata": {"name": "train-1"}})


def test_a_run_whose_driver_is_there_does_not_begin_anew() -> None:
    plan = look(lost(1), driver(1, RUNNING), related={"job": job()})
    assert not plan.create
    assert plan.status is not None
    assert plan.status["attempts"] == [
        attempt(podUid="uid-of-train-1-1", outcome="Running", startedAt="2026-01-31T11:10:00Z")
    ]
    assert plan.status["startTime"] == EARLIER
    assert said(plan)[1] == "DriverRunning"


def test_a_run_that_had_succeeded_has_succeeded_again() -> None:
    plan = look(lost(1), driver(1, terminated(0, {"message": "trained"})), related={"job": None})
    assert said(plan, "Succeeded") == ("True", "Succeeded", "trained")


def test_a_run_that_had_failed_is_not_tried_again() -> None:
    """However the four attempts are listed, they count."""
    plan = look(lost(4), *(driver(number, FAILED) for number in (1, 2, 3, 4)))
    assert said(plan, "Succeeded")[:2] == ("False", "UserError")
    assert plan.status is not None
    assert [a["number"] for a in plan.status["attempts"]] == [1, 2, 3, 4]
    assert {a["outcome"] for a in plan.status["attempts"]} == {"Failed"}


def test_an_attempt_whose_pod_is_gone_is_not_counted() -> None:
    """It may have been deleted by a drain, which counts for nothing."""
    plan = look(lost(4), driver(4, FAILED))
    assert said(plan)[1] == "BackingOff"
    assert plan.status is not None
    assert (plan.status["failures"], plan.status["losses"]) == (1, 0)
    assert plan.status["attempts"][-1]["number"] == 4


def test_losses_are_told_from_failures_by_the_pods() -> None:
    evicted = {"phase": "Failed", "reason": "Evicted", "message": "low memory"}
    ends = enumerate((FAILED, evicted, evicted, FAILED), start=1)
    plan = look(lost(4), *(driver(number, end) for number, end in ends))
    assert plan.status is not None
    assert (plan.status["failures"], plan.status["losses"]) == (2, 0)


def test_a_pod_whose_labels_were_taken_off_is_the_driver_it_was() -> None:
    unlabelled = driver(3, RUNNING)
    unlabelled["metadata"]["labels"] = {"app.kubernetes.io/managed-by": "swirl"}
    plan = look(lost(3), unlabelled)
    assert not plan.create
    assert plan.status is not None
    assert plan.status["attempts"][-1]["number"] == 3


def test_a_run_that_waited_for_its_next_attempt_does_so_again() -> None:
    plan = look(lost(2), driver(1, FAILED), driver(2, FAILED))
    assert said(plan)[1] == "BackingOff"
    assert plan.status is not None
    assert plan.status["failures"] == 2


def test_a_stream_that_returned_before_its_newest_attempt_had_failed() -> None:
    before, _ = from_pods("train-1", [driver(1, terminated(0)), driver(2, RUNNING)])
    assert (before["outcome"], before["reason"]) == ("Failed", "StreamEnded")
    assert "a stream has no end" in before["message"]


@pytest.mark.parametrize("name", ["exec-1", "train-1-x", "train-1", "train-1-1-exec-1"])
def test_pods_of_other_names_are_no_attempts(name: str) -> None:
    assert from_pods("train-1", [pod(name, labels={"role": "executor"})]) == []


def test_attempts_are_in_the_order_of_their_numbers_and_the_newest_ten() -> None:
    pods = [driver(number, FAILED) for number in (10, 2, 1, *range(3, 10), 11)]
    found = from_pods("train-1", pods)
    assert [item["number"] for item in found] == list(range(2, 12))
    assert found[-1]["outcome"] == "Pending", "it is looked at like any other"


def test_a_status_that_is_lost_while_cancelled_stops_the_driver_all_the_same() -> None:
    obj = merged(lost(1), {"spec": {"cancel": True}})
    plan = look(obj, driver(1, RUNNING))
    assert [ref.uid for ref in plan.delete] == ["uid-of-train-1-1"]
    assert said(plan)[1] == "Cancelling"


POLICY = Retry(reset_after_seconds=600)


def ended(number: int, minutes: int, reason: str = "UserError") -> Object:
    return attempt(
        number,
        outcome="Failed",
        reason=reason,
        startedAt="2026-01-31T11:00:00Z",
        finishedAt=f"2026-01-31T11:{minutes:02}:00Z",
    )


@pytest.mark.parametrize(
    ("minutes", "failures"), [((1, 1, 1), 3), ((1, 59, 1), 2), ((1, 1, 59), 1), ((), 0)]
)
def test_a_stream_is_forgiven_what_its_attempts_still_tell(
    minutes: tuple[int, ...], failures: int
) -> None:
    listed = [*(ended(n, m) for n, m in enumerate(minutes, start=1)), attempt(len(minutes) + 1)]
    assert before_last(listed, POLICY, streaming=True) == Tally(failures)


def test_a_batch_run_counts_what_failed() -> None:
    listed = [ended(1, 59), ended(2, 1, "Evicted"), ended(3, 1), ended(4, 1, "NodeLost")]
    assert before_last([*listed, attempt(5)], POLICY, streaming=False) == Tally(2, 1)


def test_how_long_an_attempt_ran() -> None:
    assert failed(ended(1, 9), permanent=False).ran_for == timedelta(minutes=9)
    never = {**ended(1, 9), "startedAt": None}
    assert failed(never, permanent=True).ran_for == timedelta(0)


def test_a_stream_that_was_lost_goes_on() -> None:
    obj = merged(bare(stream()), {"metadata": {"name": "train-1"}})
    plan = look(obj, driver(3, RUNNING), related={"job": stream()})
    assert said(plan)[1] == "DriverRunning"
