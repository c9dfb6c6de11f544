"""From the intent to a running driver."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from swirl.kube.resources import PODS
from swirl.wire.progress import Progress
from swirl_operator.runtime.interface import ChildFailure, Object, Plan, Ref
from swirl_operator.runtime.owner import LEFT_BEHIND
from tests.support import kstatus
from tests.unit.operator.kinds.analyticsrun.attempts import (
    RUNNING,
    attempt,
    going,
    look,
    refusal,
)
from tests.unit.operator.kinds.observed import (
    EARLIER,
    NOW,
    after,
    condition,
    job,
    merged,
    pod,
    run,
    run_of,
    said,
    stream,
)

# -- before the first attempt ------------------------------------------------------------------


def test_without_its_job_a_run_waits_and_says_so() -> None:
    plan = look(run())
    assert said(plan, "Succeeded")[:2] == ("Unknown", "JobNotFound")
    assert kstatus.compute(after(run(), plan)) == "InProgress"
    assert not plan.create


def test_the_intent_is_written_before_the_pod() -> None:
    plan = look(run(), related={"job": job()})
    assert not plan.create
    assert plan.requeue_after == 0
    assert plan.status is not None
    assert plan.status["jobSpec"] == job()["spec"]
    assert plan.status["attempts"] == [
        {
            "number": 1,
            "pod": "train-1-1",
            "intendedAt": "2026-01-31T12:00:00Z",
            "outcome": "Pending",
        }
    ]
    assert plan.status["startTime"] == "2026-01-31T12:00:00Z"


def test_a_run_executes_the_spec_that_it_was_made_with() -> None:
    """The job was changed, or deleted, between the run's creation and its first look."""
    made = run_of(job())
    made["status"] = {"observedGeneration": -1}
    for now in (job(), job(spec={"image": "ads:2"}), None):
        plan = look(made, related={"job": now})
        assert said(plan)[1] == "DriverStarting"
        assert plan.status is not None
        assert "jobSpec" not in plan.status, "one truth: it stands in the spec"
        pod = look(after(made, plan), related={"job": now}).create[0]
        assert pod["spec"]["containers"][0]["image"] == "ads:1"


def owned(by: str, **more: Any) -> Object:
    """A run that a job made, without a status."""
    made = merged(run_of(job()), {"metadata": {"ownerReferences": [owner(by)]}, **more})
    return {**made, "status": {"observedGeneration": -1}}


def owner(uid: str, kind: str = "AnalyticsJob") -> Object:
    return {"apiVersion": "swirl.dev/v1alpha1", "kind": kind, "uid": uid, "controller": True}


@pytest.mark.parametrize("now", [None, job(metadata={"uid": "made-anew"})])
def test_a_run_that_a_backup_brought_back_without_its_job_does_not_begin(
    now: Object | None,
) -> None:
    """It may have ended long ago; the garbage collector deletes it in a moment."""
    made = owned("uid-of-train")
    plan = look(made, related={"job": now})
    assert said(plan)[:2] == ("Unknown", "Orphaned")
    assert kstatus.compute(after(made, plan)) == "InProgress"
    assert not plan.create


def test_a_run_of_its_own_job_begins() -> None:
    plan = look(owned("uid-of-train"), related={"job": job()})
    assert said(plan)[1] == "DriverStarting"


def test_a_run_that_is_looked_after_by_something_else_begins() -> None:
    obj = owned("x", metadata={"ownerReferences": [owner("x", kind="Schedule")]})
    assert said(look(obj, related={"job": job()}))[1] == "DriverStarting"


def test_a_later_change_of_the_job_does_not_concern_a_run_that_began() -> None:
    plan = look(going(), related={"job": job(spec={"image": "ads:2"})})
    assert plan.create[0]["spec"]["containers"][0]["image"] == "ads:1"


def test_a_run_that_is_being_deleted_is_left_alone() -> None:
    assert look(run(metadata={"deletionTimestamp": EARLIER})) == Plan()


@pytest.mark.parametrize("status", ["True", "False"])
def test_a_run_that_has_ended_is_left_alone(status: str) -> None:
    said = [condition("Succeeded", status)]
    ended = going(attempt(podUid="gone"), conditions=said, observedGeneration=1)
    assert look(ended, related={"job": job()}) == Plan()


# -- the Pod -----------------------------------------------------------------------------------


def test_the_pod_follows_the_intent() -> None:
    plan = look(going())
    assert [made["metadata"]["name"] for made in plan.create] == ["train-1-1"]
    assert plan.status is None


def test_parameters_of_the_run_override_the_jobs_name_by_name() -> None:
    obj = merged(going(spec={"parameters": {"a": 1, "b": 1}}), {"spec": {"parameters": {"b": 2}}})
    told = look(obj).create[0]["spec"]["containers"][0]["env"]
    text = next(item["value"] for item in told if item["name"] == "SWIRL_RUN")
    assert '"parameters": {"a": 1, "b": 2}' in text


def test_a_pod_whose_name_is_taken_is_somebodys_to_solve() -> None:
    plan = look(going(), failures=[refusal(409, "NameClash")])
    assert said(plan, "Succeeded")[:2] == ("Unknown", "NameClash")
    assert kstatus.compute(after(going(), plan)) == "Failed"
    assert len(plan.create) == 1, "it is tried again all the same"


def test_a_pod_of_a_former_run_of_the_name_is_waited_for() -> None:
    """Nobody refuses anything: it goes as soon as the garbage collector gets to it."""
    left = ChildFailure(
        Ref(PODS, "ads", "train-1-1"), 409, LEFT_BEHIND, "Pod ads/train-1-1 of the former run"
    )
    plan = look(going(), failures=[left])
    assert said(plan)[:2] == ("Unknown", "ChildRefused")
    assert "Pod ads/train-1-1 of the former run" in said(plan)[2]
    assert [made["metadata"]["name"] for made in plan.create] == ["train-1-1"]


def test_the_pods_uid_is_recorded_with_the_first_look_at_it() -> None:
    plan = look(going(), pod())
    assert plan.status is not None
    assert plan.status["attempts"][0]["podUid"] == "uid-of-train-1-1"
    assert [event.reason for event in plan.events] == ["DriverCreated"]
    assert not look(after(going(), plan), pod()).events


def test_a_missing_pod_is_looked_for_before_it_is_called_lost() -> None:
    obj = going(attempt(podUid="uid-9"))
    ref = Ref(PODS, "ads", "train-1-1", "uid-9")
    assert look(obj) == Plan(confirm_absent=(ref,))
    plan = look(obj, absent=[ref])
    assert plan.status is not None
    assert plan.status["attempts"][0]["reason"] == "DriverLost"
    assert said(plan)[1] == "BackingOff"
    assert not plan.create


def test_a_lost_pod_is_no_failure() -> None:
    obj = going(attempt(podUid="uid-9"), spec={"retry": {"limit": 0}})
    plan = look(obj, absent=[Ref(PODS, "ads", "train-1-1", "uid-9")])
    assert said(plan, "Succeeded")[:2] == ("Unknown", "BackingOff")
    assert "DriverLost" in said(plan)[2]
    assert plan.status is not None
    assert (plan.status["failures"], plan.status["losses"]) == (0, 1)
    assert plan.status["nextAttemptTime"] == "2026-01-31T12:00:02Z"


# -- running -----------------------------------------------------------------------------------


def test_a_batch_run_is_in_progress_while_its_driver_runs() -> None:
    plan = look(going(), pod(status=RUNNING))
    assert said(plan, "Succeeded")[:2] == ("Unknown", "DriverRunning")
    assert kstatus.compute(after(going(), plan)) == "InProgress"
    assert plan.status is not None
    assert plan.status["attempts"][0]["startedAt"] == "2026-01-31T11:10:00Z"


def test_a_streaming_run_is_ready_while_its_driver_runs() -> None:
    obj = going(spec={"mode": "Streaming"})
    plan = look(obj, pod(status=RUNNING))
    assert said(plan, "Succeeded")[0] == "Unknown"
    assert kstatus.compute(after(obj, plan)) == "Current"


def test_progress_is_passed_on_and_kept() -> None:
    told = {"swirl.dev/progress": Progress(40, "fits").to_json()}
    plan = look(going(), pod(status=RUNNING, metadata={"annotations": told}))
    assert plan.status is not None
    assert plan.status["progress"] == {"percent": 40, "message": "fits"}


def test_progress_that_the_api_would_refuse_does_not_stop_the_run() -> None:
    told = {"swirl.dev/progress": '{"percent": 120, "message": "fits"}'}
    plan = look(going(), pod(status=RUNNING, metadata={"annotations": told}))
    assert plan.status is not None
    assert "progress" not in plan.status


def test_nothing_new_is_the_same_status_again() -> None:
    first = after(going(), look(going(), pod(status=RUNNING)))
    later = look(first, pod(status=RUNNING), now=NOW + timedelta(hours=1))
    assert later.status == first["status"]


def test_streams_wait_for_their_pod_like_batch_runs() -> None:
    made = run_of(stream())
    made["status"] = {"observedGeneration": -1}
    assert said(look(made, related={"job": stream()}))[1] == "DriverStarting"


def test_two_drivers_never_work_on_one_stream() -> None:
    """The other run may be a user's own, which no job looks after."""
    obj = going(spec={"mode": "Streaming"})
    driver = pod("mine-1", labels={"run": "mine"}, status=RUNNING)
    plan = look(obj, related={"drivers": [driver]})
    assert not plan.create
    assert said(plan)[:2] == ("Unknown", "WaitingForOtherRun")
    assert plan.requeue_after == 10.0
    driver["status"] = {"phase": "Failed"}
    assert len(look(obj, related={"drivers": [driver]}).create) == 1


def test_but_two_batch_runs_may() -> None:
    driver = pod("mine-1", labels={"run": "mine"}, status=RUNNING)
    assert len(look(going(), related={"drivers": [driver]}).create) == 1
