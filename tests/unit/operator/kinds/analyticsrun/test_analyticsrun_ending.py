"""Attempts that are ended from here: timeouts, suspension, Pods that somebody takes away."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from swirl.api.pods import Workload
from swirl.kube.resources import PODS
from swirl_operator.kinds.analyticsrun.plan import plan_run
from swirl_operator.kinds.analyticsrun.related import RunRelated
from swirl_operator.pods.settings import Defaults
from swirl_operator.runtime.interface import ChildFailure, Object, Plan, Ref
from tests.unit.operator.kinds.analyticsrun.attempts import RUNNING, attempt, going, look
from tests.unit.operator.kinds.observed import (
    EARLIER,
    NOW,
    after,
    job,
    merged,
    observe,
    pod,
    run_of,
    said,
    terminated,
)
from tests.unit.operator.kinds.process import INSTALLATION

NO_ROOM = {
    "type": "PodScheduled",
    "status": "False",
    "reason": "Unschedulable",
    "message": "0/1 nodes are available: 1 Insufficient cpu.",
}
WAITS = {"phase": "Pending", "conditions": [NO_ROOM]}
BEGUN = datetime.fromisoformat(EARLIER)
REF = Ref(PODS, "ads", "train-1-1", "uid-of-train-1-1")
TIMED: Object = {"timeoutSeconds": 30, "retry": {"limit": 0}}


def at(seconds: float) -> datetime:
    return BEGUN + timedelta(seconds=seconds)


def story(obj: Object, steps: list[tuple[tuple[Object, ...], dict[str, Any]]]) -> list[Plan]:
    """One look after the other, each at what the one before it wrote."""
    plans = []
    for pods, more in steps:
        plan = look(obj, *pods, **more)
        plans.append(plan)
        if plan.status is not None:
            obj = after(obj, plan)
    return plans


# -- timeouts --------------------------------------------------------------------------------


def test_waiting_counts_and_the_end_says_for_what() -> None:
    waiting = pod(status=WAITS)
    going_on, decided, stopped, gone, ended = story(
        going(spec=TIMED),
        [
            ((waiting,), {"now": at(29.5)}),
            ((waiting,), {"now": at(30)}),
            ((waiting,), {"now": at(30)}),
            ((), {"now": at(31)}),
            ((), {"now": at(31), "absent": [REF]}),
        ],
    )
    assert said(going_on)[:2] == ("Unknown", "Unschedulable")
    assert going_on.requeue_after == 0.5
    assert (decided.delete, decided.requeue_after) == ((), 0), "written down before it is done"
    assert stopped.delete == (REF,)
    assert said(stopped)[:2] == ("Unknown", "DeadlineExceeded")
    assert gone == Plan(confirm_absent=(REF,)), "no end while the driver may still start"
    assert said(ended, "Succeeded")[:2] == ("False", "DeadlineExceeded")
    assert "timeoutSeconds (30)" in said(ended)[2]
    assert "1 Insufficient cpu" in said(ended)[2]
    assert "kubectl logs" not in said(ended)[2]


def test_a_driver_that_runs_is_ended_by_its_pods_deadline_and_leaves_its_log() -> None:
    running = pod(status=RUNNING, spec={"activeDeadlineSeconds": 1200})
    cut = merged(running, {"spec": {"activeDeadlineSeconds": 1}})
    killed = merged(cut, {"status": {**terminated(143), "reason": "DeadlineExceeded"}})
    _, stopped, again, ended = story(
        going(spec={"timeoutSeconds": 1200, "retry": {"limit": 0}}),
        [
            ((running,), {"now": at(1200)}),
            ((running,), {"now": at(1200)}),
            ((cut,), {"now": at(1201)}),
            ((killed,), {"now": at(1203)}),
        ],
    )
    assert [(item["metadata"]["name"], item["spec"]) for item in stopped.apply] == [
        ("train-1-1", {"activeDeadlineSeconds": 1})
    ]
    assert (again.apply, again.delete) == ((), ())
    assert said(ended, "Succeeded")[:2] == ("False", "DeadlineExceeded")
    assert "started after 600 s and ran for 600 s" in said(ended)[2]
    assert "kubectl logs train-1-1" in said(ended)[2]


def test_a_driver_that_was_done_in_the_last_moment_succeeded() -> None:
    _, ended = story(
        going(spec=TIMED),
        [
            ((pod(status=RUNNING),), {"now": at(600)}),
            ((pod(status=terminated(0, {"message": "trained"})),), {"now": at(601)}),
        ],
    )
    assert said(ended, "Succeeded") == ("True", "Succeeded", "trained")


def test_an_attempt_whose_pod_is_not_let_in_times_out_as_well() -> None:
    refused = ChildFailure(Ref(PODS, "ads", "train-1-1"), 403, "Forbidden", "exceeded quota: team")
    unseen = Ref(PODS, "ads", "train-1-1")
    waiting, decided, looked, ended = story(
        going(spec=TIMED),
        [
            ((), {"now": at(10), "failures": [refused]}),
            ((), {"now": at(30)}),
            ((), {"now": at(30)}),
            ((), {"now": at(30), "absent": [unseen]}),
        ],
    )
    assert waiting.requeue_after == 20
    assert not decided.create
    assert looked == Plan(confirm_absent=(unseen,))
    assert "exceeded quota: team" in said(ended)[2]
    assert said(ended)[1] == "DeadlineExceeded"


def test_a_start_timeout_ends_only_what_has_not_started() -> None:
    spec = {"startTimeoutSeconds": 60, "retry": {"limit": 0}}
    _, _, ended = story(
        going(spec=spec),
        [
            ((pod(status=WAITS),), {"now": at(60)}),
            ((pod(status=WAITS),), {"now": at(60)}),
            ((), {"now": at(61), "absent": [REF]}),
        ],
    )
    assert said(ended, "Succeeded")[:2] == ("False", "StartTimeout")
    assert "1 Insufficient cpu" in said(ended)[2]
    late = look(going(spec=spec), pod(status=RUNNING), now=at(7200))
    assert said(late)[1] == "DriverRunning"
    assert late.requeue_after is None


def test_a_timeout_is_tried_again_as_retry_says() -> None:
    obj = going(
        attempt(reason="DeadlineExceeded", message="it took longer", podUid="uid-of-train-1-1"),
        spec={"timeoutSeconds": 30, "retry": {"limit": 1}},
    )
    plan = look(obj, now=at(31), absent=[REF])
    assert said(plan)[1] == "BackingOff"
    assert plan.status is not None
    assert (plan.status["failures"], plan.status["losses"]) == (1, 0)


# -- suspension ------------------------------------------------------------------------------


def made_by_its_job(obj: Object) -> Object:
    owner = {"kind": "AnalyticsJob", "name": "train", "uid": "uid-of-train", "controller": True}
    return merged(obj, {"metadata": {"ownerReferences": [owner]}})


SUSPENDED = {"related": {"job": job(spec={"suspend": True})}}
RESUMED = {"related": {"job": job()}}
FAILED = attempt(outcome="Failed", reason="UserError", message="no rows", finishedAt=EARLIER)


def test_a_suspended_job_starts_no_retry_and_says_so() -> None:
    obj = made_by_its_job(going(FAILED, nextAttemptTime=EARLIER, failures=1))
    suspended, resumed = story(obj, [((), SUSPENDED), ((), RESUMED)])
    assert said(suspended)[:2] == ("Unknown", "Suspended")
    assert "no rows" in said(suspended)[2]
    assert suspended.requeue_after is None
    assert resumed.status is not None
    assert [item["number"] for item in resumed.status["attempts"]] == [1, 2]
    assert resumed.status["failures"] == 1, "it goes on where it was"


def test_an_attempt_that_fails_while_suspended_is_counted_and_waits() -> None:
    obj = made_by_its_job(going())
    plan = look(obj, pod(status=terminated(1, {"message": "no rows"})), **SUSPENDED)
    assert said(plan)[:2] == ("Unknown", "Suspended")
    assert plan.status is not None
    assert plan.status["failures"] == 1
    assert "nextAttemptTime" in plan.status


def test_what_has_not_begun_is_stopped_and_costs_nothing() -> None:
    _, stopped, gone, resumed = story(
        made_by_its_job(going(spec={"retry": {"limit": 0}})),
        [
            ((pod(status=WAITS),), SUSPENDED),
            ((pod(status=WAITS),), SUSPENDED),
            ((), {**SUSPENDED, "absent": [REF]}),
            ((), {**RESUMED, "now": NOW + timedelta(minutes=1)}),
        ],
    )
    assert stopped.delete == (REF,)
    assert said(gone)[:2] == ("Unknown", "Suspended")
    assert gone.status is not None
    assert gone.status["failures"] == 0
    assert resumed.status is not None
    assert [item["number"] for item in resumed.status["attempts"]] == [1, 2]


def test_what_has_begun_is_left_to_end() -> None:
    plan = look(made_by_its_job(going()), pod(status=RUNNING), **SUSPENDED)
    assert (plan.delete, plan.apply) == ((), ())
    assert said(plan)[1] == "DriverRunning"


def test_a_run_that_never_began_does_not_begin() -> None:
    made = run_of(job(spec={"suspend": True}))
    made["status"] = {"observedGeneration": -1}
    plan = look(made_by_its_job(made), **SUSPENDED)
    assert said(plan)[:2] == ("Unknown", "Suspended")
    assert plan.status is not None
    assert "attempts" not in plan.status


def test_a_run_of_a_users_own_is_the_users() -> None:
    plan = look(going(FAILED, nextAttemptTime=EARLIER, failures=1), **SUSPENDED)
    assert said(plan)[1] == "DriverStarting"


def test_a_run_that_is_cancelled_while_suspended_stays_so() -> None:
    obj = made_by_its_job(going(FAILED, nextAttemptTime=EARLIER, failures=1))
    plan = look(merged(obj, {"spec": {"cancel": True}}), **SUSPENDED)
    assert said(plan, "Succeeded")[:2] == ("False", "Cancelled")


# -- Pods that somebody takes away ------------------------------------------------------------


@pytest.mark.parametrize(
    ("why", "reason"),
    [
        ("EvictionByEvictionAPI", "Evicted"),
        ("PreemptionByScheduler", "Preempted"),
        ("DeletionByTaintManager", "Evicted"),
        ("DeletionByPodGC", "NodeLost"),
        ("SomethingNew", "Evicted"),
        (None, "DriverLost"),
    ],
)
def test_a_loss_is_noted_while_the_pod_still_says_why(why: str | None, reason: str) -> None:
    target = {"type": "DisruptionTarget", "status": "True", "reason": why, "message": "so it is"}
    status = merged(RUNNING, {"conditions": [target] if why else []})
    going_away = pod(status=status, metadata={"deletionTimestamp": EARLIER})
    noted, waited, ended = story(
        going(spec={"retry": {"limit": 0}}),
        [((going_away,), {}), ((going_away,), {}), ((), {"absent": [REF]})],
    )
    assert (noted.delete, waited.delete, waited.apply) == ((), (), ())
    assert noted.status is not None
    assert noted.status["attempts"][0]["reason"] == reason
    assert said(ended)[1] == "BackingOff"
    assert ended.status is not None
    assert (ended.status["failures"], ended.status["losses"]) == (0, 1)
    assert ended.status["attempts"][0]["reason"] == reason


@pytest.mark.parametrize(("seconds", "reason"), [(59, "UserError"), (61, "DriverLost")])
def test_what_a_driver_says_after_it_was_told_to_stop_is_not_why_it_ended(
    seconds: int, reason: str
) -> None:
    """It was told at 11:01:00; its grace period ends 45 s later."""
    status = terminated(1, {"reason": "UserError", "message": "interrupted"})
    end = (BEGUN + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")
    status["containerStatuses"][0]["state"]["terminated"]["finishedAt"] = end
    metadata = {"deletionTimestamp": "2026-01-31T11:01:45Z", "deletionGracePeriodSeconds": 45}
    plan = look(going(), pod(status=status, metadata=metadata))
    assert plan.status is not None
    assert plan.status["attempts"][0]["reason"] == reason


@pytest.mark.parametrize("times", [3, 8])
def test_a_stream_whose_pod_is_deleted_again_and_again_comes_back(times: int) -> None:
    obj = going(spec={"mode": "Streaming", "retry": {"limit": 1, "backoffSeconds": 2}})
    now = NOW
    for number in range(1, times + 1):
        name = f"train-1-{number}"
        started = {"running": {"startedAt": now.isoformat().replace("+00:00", "Z")}}
        status = merged(RUNNING, {"containerStatuses": [{"name": "driver", "state": started}]})
        for _ in range(3):
            obj = after(obj, look(obj, pod(name, status=status), now=now))
            now += timedelta(seconds=10)
        lost = look(obj, absent=[Ref(PODS, "ads", name, f"uid-of-{name}")], now=now)
        assert said(lost)[:2] == ("Unknown", "BackingOff")
        assert "was deleted by somebody while it ran" in said(lost)[2]
        obj = after(obj, lost)
        now = datetime.fromisoformat(obj["status"]["nextAttemptTime"])
        obj = after(obj, look(obj, now=now))
        assert obj["status"]["attempts"][-1]["number"] == number + 1
    assert obj["status"]["failures"] == 0
    assert obj["status"]["losses"] == times


def test_an_image_name_that_can_never_be_pulled_ends_the_run() -> None:
    waiting = {"reason": "InvalidImageName", "message": 'couldn\'t parse image name "Team/Ads:1.4"'}
    state = {"name": "driver", "state": {"waiting": waiting}}
    stuck = pod(status={"phase": "Pending", "containerStatuses": [state]})
    _, stopped, ended = story(going(), [((stuck,), {}), ((stuck,), {}), ((), {"absent": [REF]})])
    assert stopped.delete == (REF,)
    assert said(ended, "Succeeded")[:2] == ("False", "InvalidSpec")
    assert "Team/Ads:1.4" in said(ended)[2]


# -- placement -------------------------------------------------------------------------------

TYPO = job(spec={"pod": {"nodeSelector": {"disk": "fasst"}}})
CORRECTED = job(spec={"pod": {"nodeSelector": {"disk": "fast"}}})


def test_a_driver_that_waits_is_made_anew_where_its_job_wants_it_now() -> None:
    obj = going(spec={"pod": {"nodeSelector": {"disk": "fasst"}}, "retry": {"limit": 0}})
    (made,) = look(obj, related={"job": TYPO}).create
    assert made["metadata"]["annotations"]["swirl.dev/placement"]
    annotations = made["metadata"]["annotations"]
    waiting = pod(status=WAITS, metadata={"annotations": annotations})
    assert said(look(obj, waiting, related={"job": TYPO}))[1] == "Unschedulable"
    _, stopped, gone, again, anew = story(
        obj,
        [
            ((waiting,), {"related": {"job": CORRECTED}}),
            ((waiting,), {"related": {"job": CORRECTED}}),
            ((), {"related": {"job": CORRECTED}, "absent": [REF]}),
            ((), {"related": {"job": CORRECTED}, "now": NOW + timedelta(minutes=1)}),
            ((), {"related": {"job": CORRECTED}, "now": NOW + timedelta(minutes=1)}),
        ],
    )
    assert stopped.delete == (REF,)
    assert gone.status is not None
    assert gone.status["failures"] == 0
    assert again.status is not None
    assert [item["number"] for item in again.status["attempts"]] == [1, 2]
    (second,) = anew.create
    assert (
        second["metadata"]["annotations"]["swirl.dev/placement"]
        != annotations["swirl.dev/placement"]
    )


@pytest.mark.parametrize(
    ("annotations", "present", "status"),
    [
        ({}, CORRECTED, WAITS),
        ({"swirl.dev/placement": "before"}, CORRECTED, RUNNING),
    ],
)
def test_what_runs_or_came_from_an_earlier_swirl_stays(
    annotations: Object, present: Object, status: Object
) -> None:
    obj = going(spec={"pod": {"nodeSelector": {"disk": "fasst"}}})
    there = pod(status=status, metadata={"annotations": annotations})
    plan = look(obj, there, related={"job": present})
    assert plan.delete == ()
    assert plan.status is not None
    assert "reason" not in plan.status["attempts"][0]


def test_a_job_of_another_version_places_no_pods_of_this_run() -> None:
    obj = going(spec={"image": "ads:0"})
    (made,) = look(obj, related={"job": CORRECTED}).create
    (alone,) = look(obj).create
    placed = [item["metadata"]["annotations"]["swirl.dev/placement"] for item in (made, alone)]
    assert placed[0] == placed[1]


def test_a_run_that_somebody_wrote_whole_is_placed_as_it_says() -> None:
    """It is of the job's version, but what was written in it is not the job's to overrule."""
    own = going(spec=CORRECTED["spec"])
    own = merged(own, {"spec": {"jobSpec": own["status"]["jobSpec"]}, "status": {"jobSpec": None}})
    (made,) = look(own, related={"job": TYPO}).create
    assert made["spec"]["nodeSelector"] == {"disk": "fast"}
    waiting = pod(status=WAITS, metadata={"annotations": made["metadata"]["annotations"]})
    assert said(look(own, waiting, related={"job": TYPO}))[1] == "Unschedulable"


def test_what_the_chart_says_wrong_of_all_pods_ends_no_run() -> None:
    """Whoever runs the installation corrects it, and every run goes on."""
    said_wrong = {"pod": {"template": {"spec": {"restartPolicy": "Always"}}}}
    wrong = Defaults(Workload.model_validate(said_wrong))
    plan = plan_run(observe(going(), related=RunRelated()), replace(INSTALLATION, defaults=wrong))
    assert said(plan, "Succeeded")[0] == "Unknown"
    assert said(plan)[:2] == ("False", "PlatformError")
    assert "the chart's value workloads.pod: spec.restartPolicy" in said(plan)[2]
    assert plan.requeue_after
    of_a_job = going(spec=said_wrong)
    assert said(look(of_a_job), "Succeeded")[:2] == ("False", "InvalidSpec")


def test_a_template_that_takes_the_pull_policy_away_is_as_by_default() -> None:
    template = {"spec": {"containers": [{"name": "swirl", "imagePullPolicy": None}]}}
    (made,) = look(going(spec={"pod": {"template": template}})).create
    conf = next(
        item["value"]
        for item in made["spec"]["containers"][0]["env"]
        if item["name"] == "SWIRL_SPARK_CONF"
    )
    assert '"spark.kubernetes.container.image.pullPolicy": "IfNotPresent"' in conf
