from __future__ import annotations

from typing import Any

import pytest

from swirl_operator.kinds.analyticsjob.plan import plan_job
from swirl_operator.kinds.analyticsjob.related import JobRelated
from swirl_operator.kinds.analyticsjob.version import spec_hash
from swirl_operator.kinds.resources import ANALYTICSRUNS
from swirl_operator.kinds.runs import run_name
from swirl_operator.runtime.interface import ChildFailure, Object, Plan, Ref
from tests.support import kstatus
from tests.unit.operator.kinds.observed import (
    EARLIER,
    after,
    condition,
    job,
    merged,
    observe,
    planned,
    pod,
    run_of,
    said,
    server,
    stream,
)


def look(obj: Object, *runs: Object, **more: Any) -> Plan:
    related = JobRelated(**more.pop("related", {}))
    return planned(
        plan_job, observe(obj, children={"analyticsruns": runs}, related=related, **more)
    )


def settled(obj: Object, *runs: Object, **more: Any) -> Object:
    """The job after as many looks as it asks for, with nothing else happening."""
    for _ in range(8):
        plan = look(obj, *runs, **more)
        if plan.status is None or (plan.status == obj["status"] and not plan.announce):
            return obj
        obj = after(obj, plan)
    raise AssertionError("the status never comes to rest")


def changed(obj: Object, **spec: Any) -> Object:
    """The job with another spec, one generation later."""
    metadata = {**obj["metadata"], "generation": obj["metadata"]["generation"] + 1}
    return {**obj, "spec": merged(obj["spec"], spec), "metadata": metadata}


def name_of(obj: Object) -> str:
    return run_name(obj["metadata"]["name"], spec_hash(obj["spec"]))


def test_a_new_job_makes_the_run_of_its_version() -> None:
    plan = look(job())
    assert len(plan.create) == 1
    made = plan.create[0]
    assert made["metadata"]["name"] == name_of(job())
    assert made["metadata"]["labels"]["swirl.dev/spec-hash"] == spec_hash(job()["spec"])
    assert made["metadata"]["labels"]["swirl.dev/job"] == "train"
    assert made["spec"] == {"job": "train", "jobSpec": job()["spec"]}
    assert kstatus.compute(after(job(), plan)) == "InProgress"


def test_labels_of_the_user_are_not_copied() -> None:
    obj = job(metadata={"labels": {"app.kubernetes.io/instance": "argo"}})
    labels = look(obj).create[0]["metadata"]["labels"]
    assert "app.kubernetes.io/instance" not in labels


def test_the_run_is_made_once() -> None:
    assert not look(job(), run_of(job())).create


@pytest.mark.parametrize(
    ("outcome", "state", "reason"),
    [
        ("Succeeded", "Current", "Succeeded"),
        ("Failed", "Failed", "RunFailed"),
        ("Cancelled", "Failed", "RunCancelled"),
    ],
)
def test_a_batch_job_is_as_its_run(outcome: str, state: str, reason: str) -> None:
    plan = look(job(), run_of(job(), outcome))
    assert plan.status is not None
    assert said(plan)[1] == reason
    assert kstatus.compute(after(job(), plan)) == state
    assert plan.status["currentRun"]["outcome"] == outcome
    assert plan.status["active"] == 0
    assert ("lastSuccessTime" in plan.status) == (outcome == "Succeeded")


def test_a_failed_job_says_why_and_what_to_do() -> None:
    message = said(look(job(), run_of(job(), "Failed")))[2]
    assert "so it was" in message
    assert f"kubectl delete analyticsrun {name_of(job())}" in message


def test_a_running_run_lends_the_job_its_words() -> None:
    busy = run_of(job(), status={"conditions": [condition("Ready", "Unknown", "BackingOff", "hm")]})
    assert said(look(job(), busy)) == (
        "Unknown",
        "BackingOff",
        f"AnalyticsRun {name_of(job())}: hm",
    )


def test_a_stream_is_ready_while_its_run_is() -> None:
    ready = run_of(stream(), status={"conditions": [condition("Ready", "True", message="runs")]})
    plan = look(stream(), ready)
    assert said(plan) == ("True", "Streaming", "runs")
    assert kstatus.compute(after(stream(), plan)) == "Current"


def test_a_new_version_of_a_batch_job_starts_beside_the_old_one() -> None:
    attempts = [{"number": 1, "pod": "p", "outcome": "Running", "startedAt": EARLIER}]
    old = run_of(job(), status={"attempts": attempts})
    newer = changed(settled(job(), old), image="ads:2")
    plan = look(newer, old)
    assert [made["metadata"]["name"] for made in plan.create] == [name_of(newer)]
    assert not plan.delete
    assert plan.status is not None
    assert plan.status["active"] == 1


def test_an_earlier_version_has_its_run_already() -> None:
    old = run_of(job(), "Succeeded")
    newer = changed(settled(job(), old), image="ads:2")
    back = changed(settled(newer, old, run_of(newer, "Succeeded")), image="ads:1")
    plan = look(back, old, run_of(newer, "Succeeded"))
    assert not plan.create
    assert said(plan)[1] == "Succeeded"
    assert plan.status is not None
    assert plan.status["currentRun"]["name"] == old["metadata"]["name"]


def test_a_served_run_outlives_the_history_limit() -> None:
    """Back to an old version, which is served, and on to a new one: the oldest run is in use."""
    oldest = run_of(job(), "Succeeded")
    newer = changed(job(spec={"successfulRunsHistoryLimit": 1}), image="ads:2")
    runs = [oldest, run_of(newer, "Succeeded")]
    newest = settled(changed(newer, image="ads:3"), *runs)
    serving = {"status": {"version": oldest["metadata"]["name"]}}
    assert not look(newest, *runs, related={"servers": [merged(server(), serving)]}).delete


def test_a_new_version_of_a_stream_is_first_written_down() -> None:
    """What changed is read off the old run, which is about to be deleted."""
    old = run_of(stream())
    newer = changed(settled(stream(), old), parameters={"a": 1})
    plan = look(newer, old)
    assert not plan.delete
    assert not plan.create
    assert plan.requeue_after == 0
    assert plan.status is not None
    assert plan.status["change"]["aspect"] == "Configuration"
    assert plan.status["change"]["to"] == spec_hash(newer["spec"])


def test_then_the_old_run_goes_and_the_new_one_waits_for_it() -> None:
    old = run_of(stream())
    newer = changed(settled(stream(), old), parameters={"a": 1})
    newer = after(newer, look(newer, old))
    plan = look(newer, old)
    uid = old["metadata"]["uid"]
    assert plan.delete == (Ref(ANALYTICSRUNS, "ads", old["metadata"]["name"], uid),)
    assert not plan.create
    assert said(plan)[1] == "WaitingForOldRun"
    driver = pod("old-1", labels={"job": "ingest", "run": "old"})
    waiting = look(newer, related={"drivers": [driver]})
    assert not waiting.create
    assert "Pod old-1 still exists" in said(waiting)[2]
    driver["status"] = {"phase": "Failed"}
    assert len(look(newer, related={"drivers": [driver]}).create) == 1


def test_a_run_that_is_run_again_waits_for_the_drivers_of_the_deleted_one() -> None:
    """Its second attempt may still be alive, and the new run would start with the first."""
    driver = pod(f"{name_of(job())}-2", labels={"run": name_of(job()), "attempt": "2"})
    waiting = look(job(), related={"drivers": [driver]})
    assert not waiting.create
    assert waiting.requeue_after == 15, "nobody tells that a driver stays"


def test_suspended_before_it_began() -> None:
    obj = job(spec={"suspend": True})
    plan = look(obj)
    assert not plan.create
    assert said(plan)[:2] == ("True", "Suspended")
    assert plan.status is not None
    assert "change" not in plan.status


def test_a_suspended_batch_job_lets_its_run_end() -> None:
    obj = job(spec={"suspend": True})
    plan = look(obj, run_of(obj))
    assert not plan.delete
    assert kstatus.compute(after(obj, plan)) == "InProgress"
    assert said(look(obj, run_of(obj, "Failed")))[1] == "Suspended"


def test_a_suspended_stream_is_suspended_when_nothing_runs_any_more() -> None:
    obj = stream(spec={"suspend": True})
    plan = look(obj, run_of(obj))
    assert len(plan.delete) == 1
    assert said(plan)[:2] == ("Unknown", "Stopping")
    driver = pod(labels={"job": "ingest", "run": name_of(obj)})
    assert said(look(obj, related={"drivers": [driver]}))[1] == "Stopping"
    assert said(look(obj))[:2] == ("True", "Suspended")


def failure(reason: str, code: int, message: str = "because") -> ChildFailure:
    return ChildFailure(Ref(ANALYTICSRUNS, "ads", name_of(job())), code, reason, message)


def test_a_taken_name_needs_somebodys_help() -> None:
    plan = look(job(), failures=[failure("NameClash", 409)])
    assert said(plan) == ("False", "NameClash", "because")


def test_a_refused_run_is_tried_again() -> None:
    plan = look(job(), failures=[failure("Forbidden", 403)])
    assert said(plan)[:2] == ("Unknown", "RunRefused")
    assert len(plan.create) == 1


def test_a_run_that_can_never_be_made_is_somebodys_to_correct() -> None:
    """What a job was stored with before a rule was tightened is refused in its runs."""
    rule = 'AnalyticsRun.swirl.dev "train" is invalid: spec.jobSpec.spark.conf: leave it out'
    plan = look(job(), failures=[failure("Invalid", 422, rule)])
    assert said(plan)[:2] == ("False", "InvalidSpec")
    assert "spec.jobSpec.spark.conf: leave it out" in said(plan)[2]


def test_old_runs_are_cleared_away() -> None:
    old = [
        run_of(changed(job(), image=f"ads:0{n}"), "Succeeded", status={"completionTime": EARLIER})
        for n in range(3)
    ]
    obj = job(spec={"successfulRunsHistoryLimit": 1})
    obj = after(obj, look(obj, *old, run_of(obj, "Succeeded")))
    assert len(look(obj, *old, run_of(obj, "Succeeded")).delete) == 2


def test_a_job_that_is_being_deleted_is_left_alone() -> None:
    assert look(job(metadata={"deletionTimestamp": EARLIER})) == Plan()


def test_the_last_success_is_remembered_after_its_run_is_gone() -> None:
    obj = settled(job(), run_of(job(), "Succeeded"))
    plan = look(changed(obj, image="ads:2"))
    assert plan.status is not None
    assert plan.status["lastSuccessTime"] == EARLIER


def test_health_is_said_beside_readiness() -> None:
    assert said(look(job()), "Healthy")[:2] == ("Unknown", "NotMonitored")


def test_both_phases_of_a_change_are_announced_and_then_nothing() -> None:
    done = run_of(job(), "Succeeded")
    obj, phases = job(), []
    for _ in range(8):
        plan = look(obj, done)
        phases += [event["customData"]["phase"] for event in plan.announce]
        if plan.status == obj["status"] and not plan.announce:
            break
        obj = after(obj, plan)
    assert phases == ["Started", "Finished"]
    assert look(obj, done).requeue_after is None


def test_a_failed_version_is_never_announced_as_finished() -> None:
    obj = settled(job(), run_of(job(), "Failed"))
    assert obj["status"]["change"]["announced"] == "Started"
    assert "finishedAt" not in obj["status"]["change"]


def test_a_status_of_an_earlier_version_is_written_anew() -> None:
    """Without the aspect, which had another name, the API server would refuse every status."""
    version = spec_hash(job()["spec"])
    change = {"id": "1", "to": version, "startedAt": EARLIER, "announced": "Finished"}
    obj = job(status={"change": change, "currentRun": {"name": "train-1", "outcome": "Failed"}})
    plan = look(obj, run_of(job(), "Succeeded"))
    assert said(plan)[:2] == ("True", "Succeeded")
    assert plan.status is not None
    assert plan.status["change"]["aspect"] == "Code"
    assert not plan.announce
