"""What to do next about a job: one run for each version of its spec. Pure.

A Batch job's run is started and left to end. A Streaming job has one run at a time: those of other
versions are deleted, and the new one waits until they and their driver Pods are gone.
"""

from __future__ import annotations

from collections.abc import Sequence

from swirl.api.v1alpha1.analyticsjob import AnalyticsJobSpec
from swirl_operator.kinds.analyticsjob.handover import in_the_way, to_delete
from swirl_operator.kinds.analyticsjob.needed import needed
from swirl_operator.kinds.analyticsjob.version import aspect_changed
from swirl_operator.kinds.resources import ANALYTICSJOBS, ANALYTICSRUNS
from swirl_operator.kinds.runs import condition, outcome_of, run_name, spec_hash
from swirl_operator.pods import labels
from swirl_operator.runtime.interface import Object, Observation, Plan
from swirl_operator.status import changes, conditions
from swirl_operator.status.changes import Outbox
from swirl_operator.status.conditions import Finding
from swirl_operator.status.health import health
from swirl_operator.status.transitions import transitions

Findings = tuple[Finding, ...]


def plan_job(observation: Observation) -> Plan:
    """The next step. `related` holds the job's driver Pods (`drivers`) and the namespace's
    SwirlMonitors (`monitors`) and ModelServers (`servers`)."""
    job = observation.obj
    if job["metadata"].get("deletionTimestamp"):
        return Plan()
    spec = AnalyticsJobSpec.model_validate(job["spec"])
    version = spec_hash(job["spec"])
    name = run_name(job["metadata"]["name"], version)
    runs = observation.children.get(ANALYTICSRUNS.plural, ())
    current = next((run for run in runs if run["metadata"]["name"] == name), None)
    drivers = observation.related.get("drivers")
    assert isinstance(drivers, Sequence)
    blockers = in_the_way(spec, runs, drivers, name)
    create: tuple[Object, ...] = ()
    if spec.suspend:
        findings = conditions.ready("Suspended", "Suspended, as asked: no run is started.")
        if spec.mode == "Batch" and current is not None and outcome_of(current) == "Running":
            findings = _state(spec, current)
        elif spec.mode == "Streaming" and blockers:
            findings = conditions.under_way("Stopping", f"Stops: {blockers[0]} still exists.")
    elif current is not None:
        findings = _state(spec, current)
    elif blockers:
        findings = conditions.under_way(
            "WaitingForOldRun", f"Waits for the old run to end: {blockers[0]} still exists."
        )
    else:
        create = (_run(job, name, version),)
        findings = conditions.under_way("RunStarting", f"Starts AnalyticsRun {name}.")
        findings = _create_failed(observation, name) or findings
    status = _status(observation, version, current, findings)
    servers = observation.related.get("servers")
    assert isinstance(servers, Sequence)
    keep = needed(job["metadata"]["name"], version, status.get("change"), servers)
    doomed = to_delete(spec, runs, name, keep)
    before: Object = job.get("status") or {}
    events = transitions(before.get("conditions") or (), status["conditions"])
    if doomed and changes.is_new(status, before):
        # Written before anything is deleted: what was changed is read off the old runs.
        return Plan(status=status, events=events, requeue_after=0)
    plan = Plan(create=create, delete=doomed, status=status, events=events)
    return changes.announce_when_settled(plan, before, _subject(job))


def _subject(job: Object) -> changes.Changed:
    metadata = job["metadata"]
    return changes.Changed(
        ANALYTICSJOBS.kind, metadata["namespace"], metadata["name"], metadata["uid"]
    )


def _run(job: Object, name: str, version: str) -> Object:
    return {
        "apiVersion": ANALYTICSRUNS.api_version,
        "kind": ANALYTICSRUNS.kind,
        "metadata": {
            "name": name,
            "namespace": job["metadata"]["namespace"],
            "labels": labels.child_labels(
                ANALYTICSJOBS.kind,
                job["metadata"]["name"],
                **{labels.JOB: job["metadata"]["name"], labels.SPEC_HASH: version},
            ),
        },
        "spec": {"job": job["metadata"]["name"]},
    }


def _create_failed(observation: Observation, name: str) -> Findings | None:
    for failure in observation.failures:
        if failure.ref.name == name:
            if failure.reason == "NameClash":
                return conditions.failed("NameClash", failure.message)
            return conditions.under_way(
                "RunRefused", f"AnalyticsRun {name} cannot be created: {failure.message}"
            )
    return None


def _state(spec: AnalyticsJobSpec, run: Object) -> Findings:
    name, outcome = run["metadata"]["name"], outcome_of(run)
    if outcome == "Succeeded":
        return conditions.ready("Completed", f"AnalyticsRun {name} succeeded.")
    if outcome == "Failed":
        failure = condition(run, "Succeeded")
        detail = failure["message"] if failure else ""
        return conditions.failed(
            "RunFailed",
            f"AnalyticsRun {name}: {detail}. Correct the job, or run it again with "
            f"kubectl delete analyticsrun {name}",
        )
    ready = condition(run, "Ready")
    if spec.mode == "Streaming" and ready is not None and ready["status"] == "True":
        return conditions.ready("Streaming", ready["message"])
    message = ready["message"] if ready else "not looked at yet"
    reason = ready["reason"] if ready else "RunStarting"
    return conditions.under_way(reason, f"AnalyticsRun {name}: {message}")


def _status(
    observation: Observation, version: str, current: Object | None, findings: Findings
) -> Object:
    job = observation.obj
    before: Object = job.get("status") or {}
    monitors = observation.related.get("monitors")
    assert isinstance(monitors, Sequence)
    runs = observation.children.get(ANALYTICSRUNS.plural, ())
    generation = job["metadata"]["generation"]
    said = (*findings, health(monitors, ANALYTICSJOBS.kind, job["metadata"]["name"]))
    status: Object = {
        "observedGeneration": generation,
        "conditions": conditions.write(
            said, before.get("conditions") or (), generation=generation, now=observation.now
        ),
        "specHash": version,
        "active": sum(outcome_of(run) == "Running" for run in runs),
        "message": next(finding.message for finding in findings if finding.type == "Ready")[:1024],
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
            "name": current["metadata"]["name"],
            "outcome": outcome_of(current),
            "specHash": version,
        }
    return status | _outbox(observation, version, findings, runs).fields()


def _outbox(
    observation: Observation, version: str, findings: Findings, runs: Sequence[Object]
) -> Outbox:
    job = observation.obj
    box = Outbox.of(job.get("status") or {})
    if job["spec"].get("suspend"):
        return box
    former = None if box.last is None else box.last["to"]
    if former != version:
        aspect = aspect_changed(_spec_of(runs, former), job["spec"])
        return box.begin(
            _subject(job), aspect=aspect, to=version, before=former, now=observation.now
        )
    if any(finding.type == "Ready" and finding.status == "True" for finding in findings):
        return box.finish(observation.now)
    return box


def _spec_of(runs: Sequence[Object], version: str | None) -> Object | None:
    for run in runs:
        if (run["metadata"].get("labels") or {}).get(labels.SPEC_HASH) == version:
            found = (run.get("status") or {}).get("jobSpec")
            return dict(found) if found else None
    return None
