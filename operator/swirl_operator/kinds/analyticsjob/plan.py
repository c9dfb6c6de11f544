"""What to do next about a job: one run for each version of its spec. Pure.

A Batch job's run is started and left to end. A Streaming job has one run at a time: those of other
versions are deleted, and the new one waits until they and their driver Pods are gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from swirl.api.v1alpha1.analyticsjob import AnalyticsJobSpec
from swirl.wire import labels
from swirl.wire.reasons import OutcomeReason
from swirl.wire.times import from_rfc3339
from swirl_operator.kinds.analyticsjob import image
from swirl_operator.kinds.analyticsjob.handover import in_the_way, stuck, to_delete
from swirl_operator.kinds.analyticsjob.image import Ran
from swirl_operator.kinds.analyticsjob.needed import needed
from swirl_operator.kinds.analyticsjob.related import JobRelated
from swirl_operator.kinds.analyticsjob.version import aspect_changed, version_of
from swirl_operator.kinds.bounds import excess
from swirl_operator.kinds.resources import ANALYTICSJOBS, ANALYTICSRUNS
from swirl_operator.kinds.runs import job_spec_of, outcome_of, run_name
from swirl_operator.pods.image import digest
from swirl_operator.pods.reading.refusal import read_refusal
from swirl_operator.runtime.interface import Object, Observation, Plan
from swirl_operator.runtime.objects import (
    condition_of,
    is_deleting,
    labels_of,
    name_of,
    namespace_of,
    status_of,
)
from swirl_operator.runtime.owner import NAME_CLASH
from swirl_operator.status import changes
from swirl_operator.status.changes import Outbox, Subject
from swirl_operator.status.conditions import Conditions, ready, reconciling, stalled
from swirl_operator.status.frame import Frame, frame
from swirl_operator.status.health import health
from swirl_operator.status.patience import on_the_way
from swirl_operator.status.reasons import Reason, known

_LOOK_AGAIN = 15.0
"""Seconds until a driver that is to go is looked at once more: nobody tells that it stays."""


def plan_job(observation: Observation[JobRelated]) -> Plan:
    """The next step."""
    job = observation.obj
    if is_deleting(job):
        return Plan()
    spec = AnalyticsJobSpec.model_validate(job["spec"])
    runs = observation.owned(ANALYTICSRUNS)
    version = version_of(job["spec"], runs)
    name = run_name(name_of(job), version)
    current = next((run for run in runs if name_of(run) == name), None)
    drivers = observation.related.drivers
    blockers = in_the_way(spec, runs, drivers, name)
    beyond_us = stuck(spec, drivers, name, observation.now)
    create: tuple[Object, ...] = ()
    if spec.suspend:
        conditions = ready(Reason.SUSPENDED, "Suspended, as asked: no run is started.")
        if spec.mode == "Batch" and current is not None and outcome_of(current) == "Running":
            conditions = _of_suspended(spec, current)
        elif spec.mode == "Streaming" and blockers:
            conditions = reconciling(Reason.STOPPING, f"Stops: {blockers[0]} still exists.")
            if beyond_us is not None:
                conditions = stalled(Reason.TERMINATING, f"Does not stop: {beyond_us}.")
    elif current is not None:
        conditions = _of_run(spec, current)
    elif blockers:
        conditions = reconciling(
            Reason.WAITING_FOR_OLD_RUN, f"Waits for the old run to end: {blockers[0]} still exists."
        )
        if beyond_us is not None:
            message = f"Waits for the old run to end: {beyond_us}."
            conditions = stalled(Reason.TERMINATING, message)
    elif (too_much := excess(job["spec"])) is not None:
        conditions = stalled(too_much.reason, f"No run is started: {too_much.message}.")
    else:
        create = (_run(job, name, version),)
        conditions = reconciling(Reason.RUN_STARTING, f"Starts AnalyticsRun {name}.")
        conditions = _create_failed(observation, name) or conditions
    monitors = observation.related.monitors
    framed = frame(observation, (*conditions, health(monitors, ANALYTICSJOBS.kind, name_of(job))))
    ran = image.of_run(current, version, status_of(job))
    status = _status(observation, framed, version, current, conditions, ran)
    events = (*framed.events, *image.events(ran))
    keep = needed(name_of(job), version, status.get("change"), observation.related.servers)
    delete = to_delete(spec, runs, observation.related.drivers, name, keep)
    before = status_of(job)
    if delete and changes.is_new(status, before):
        # Written before anything is deleted: what was changed is read off the old runs.
        return Plan(status=status, events=events, requeue_after=0)
    # The first one follows from the run alone, and so does the end of each, unless the run may be
    # replaced by one of its name as a stream's is that was suspended and goes on.
    repeatable = "from" not in status.get("change", {}) or not changes.is_new(status, before)
    repeatable = repeatable and spec.mode == "Batch"
    plan = Plan(
        create=create,
        delete=delete,
        status=status,
        patient=repeatable and on_the_way(before, status),
        events=events,
        requeue_after=_LOOK_AGAIN if blockers and current is None else None,
    )
    return changes.announce_when_settled(plan, before, Subject.of(job), repeatable=repeatable)


def _run(job: Object, name: str, version: str) -> Object:
    return {
        "apiVersion": ANALYTICSRUNS.api_version,
        "kind": ANALYTICSRUNS.kind,
        "metadata": {
            "name": name,
            "namespace": namespace_of(job),
            "labels": labels.child_labels(
                ANALYTICSJOBS.kind,
                name_of(job),
                **{labels.JOB: name_of(job), labels.SPEC_HASH: version},
            ),
        },
        "spec": {"job": name_of(job), "jobSpec": job["spec"]},
    }


def _create_failed(observation: Observation[JobRelated], name: str) -> Conditions | None:
    failure = observation.failure_of(name)
    if failure is None:
        return None
    if failure.reason == NAME_CLASH:
        return stalled(Reason.NAME_CLASH, failure.message)
    read = read_refusal(failure.message, failure.code)
    if read.permanent:
        return stalled(read.reason, f"AnalyticsRun {name} cannot be created: {read.message}.")
    return reconciling(
        Reason.RUN_REFUSED, f"AnalyticsRun {name} cannot be created: {failure.message}"
    )


def _of_run(spec: AnalyticsJobSpec, run: Object) -> Conditions:
    name, outcome = name_of(run), outcome_of(run)
    if outcome == "Succeeded":
        return ready(OutcomeReason.SUCCEEDED, f"AnalyticsRun {name} succeeded.")
    if outcome == "Failed":
        failure = condition_of(run, "Succeeded")
        detail = failure["message"] if failure else ""
        return stalled(
            Reason.RUN_FAILED,
            f"AnalyticsRun {name}: {detail}. Correct the job, or run it again with "
            f"kubectl delete analyticsrun {name}",
        )
    if outcome == "Cancelled":
        return stalled(
            Reason.RUN_CANCELLED,
            f"AnalyticsRun {name} was cancelled. Run it again with kubectl delete analyticsrun "
            f"{name}, or change the job's spec.",
        )
    state = condition_of(run, "Ready")
    if state is None:
        return reconciling(Reason.RUN_STARTING, f"AnalyticsRun {name}: not looked at yet")
    if spec.mode == "Streaming" and state["status"] == "True":
        return ready(Reason.STREAM_RUNNING, state["message"])
    reason = known(state["reason"]) or Reason.RUN_STARTING
    say = stalled if state["status"] == "False" else reconciling
    return say(reason, f"AnalyticsRun {name}: {state['message']}")


def _of_suspended(spec: AnalyticsJobSpec, run: Object) -> Conditions:
    """About a Batch run that had not ended: what of it is under way ends, and nothing follows."""
    state = condition_of(run, "Ready")
    if state is not None and state["reason"] == Reason.SUSPENDED:
        return ready(Reason.SUSPENDED, f"AnalyticsRun {name_of(run)}: {state['message']}")
    return _of_run(spec, run)


def _status(
    observation: Observation[JobRelated],
    framed: Frame,
    version: str,
    current: Object | None,
    conditions: Conditions,
    ran: Ran,
) -> Object:
    before = status_of(observation.obj)
    runs = observation.owned(ANALYTICSRUNS)
    status: Object = {
        **framed.fields,
        "specHash": version,
        "active": sum(outcome_of(run) == "Running" for run in runs),
    }
    ends = [
        run["status"]["completionTime"]
        for run in runs
        if outcome_of(run) == "Succeeded" and "completionTime" in run["status"]
    ]
    if latest := max([*ends, before.get("lastSuccessTime") or ""]):
        status["lastSuccessTime"] = latest
    if current is not None:
        status["currentRun"] = {
            "name": name_of(current),
            "outcome": outcome_of(current),
        }
    if ran.image is not None:
        status["imageID"] = ran.image
    return status | _outbox(observation, version, current, conditions, ran).fields()


def _outbox(
    observation: Observation[JobRelated],
    version: str,
    current: Object | None,
    conditions: Conditions,
    ran: Ran,
) -> Outbox:
    job = observation.obj
    box = Outbox.of(status_of(job))
    if job["spec"].get("suspend"):
        return box
    # A build of a version is told as VERSION@DIGEST.
    former = None if box.last is None else box.last["to"].partition("@")[0]
    if former is None and current is None:
        return box
    if former != version:
        aspect = aspect_changed(_spec_of(observation.owned(ANALYTICSRUNS), former), job["spec"])
        began = observation.now
        if former is None and current is not None:
            # As of the run's creation: whoever has to begin it anew begins the very same change.
            began = from_rfc3339(current["metadata"]["creationTimestamp"])
        box = box.begin(Subject.of(job), aspect=aspect, to=version, before=former, now=began)
    elif ran.moved_from is not None and ran.image is not None:
        box = box.begin(
            Subject.of(job),
            aspect="Code",
            to=f"{version}@{digest(ran.image)}",
            before=f"{version}@{digest(ran.moved_from)}",
            now=observation.now,
        )
    if any(item.type == "Ready" and item.status == "True" for item in conditions):
        return box.finish(_ready_since(current, box))
    return box


def _ready_since(run: Object | None, box: Outbox) -> datetime:
    """As of the run's own word, for the same reason; a run that was there may be older."""
    assert run is not None
    assert box.last is not None
    said = condition_of(run, "Ready") or condition_of(run, "Succeeded")
    assert said is not None
    return from_rfc3339(max(said["lastTransitionTime"], box.last["startedAt"]))


def _spec_of(runs: Sequence[Object], version: str | None) -> Object | None:
    for run in runs:
        if labels_of(run).get(labels.SPEC_HASH) == version:
            return job_spec_of(run)
    return None
