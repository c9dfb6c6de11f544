"""What must hold in every world, checked at the moment when it could break.

And the reference: what a run's attempts must come to, given how its Pods really ended.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence

from swirl.kube.resources import DEPLOYMENTS, PODS
from swirl.wire.change import ChangeEvent
from swirl.wire.times import from_rfc3339
from swirl_operator.kinds.analyticsjob.version import spec_hash
from swirl_operator.kinds.resources import ANALYTICSJOBS, ANALYTICSRUNS, MODELSERVERS
from swirl_operator.kinds.runs import run_name
from swirl_operator.runtime.interface import Object
from tests.support import kstatus
from tests.unit.operator.kinds.kubelet import attempt_of, model_of, run_of
from tests.unit.operator.kinds.process import Topic
from tests.unit.operator.kinds.world import World, is_live, label

LOSSES = ("evicted", "deleted", "never made")
"""Ends that are no failures."""


def expected(endings: Sequence[str], limit: int, *, streaming: bool) -> tuple[str, int]:
    """What becomes of a run whose attempts end so, and with how many attempts.

    Written down apart from the planner, as plainly as the documentation says it.
    """
    failures = 0
    for number, ending in enumerate(endings, start=1):
        if ending == "forever":
            return "Running", number
        if ending == "ok" and not streaming:
            return "Succeeded", number
        failures += ending not in LOSSES
        if ending == "permanent" or failures > limit:
            return "Failed", number
    return "Running", len(endings) + 1


def succeeded(run: Object) -> str:
    """Status of the run's Succeeded condition."""
    conditions = (run.get("status") or {}).get("conditions") or ()
    return next((str(c["status"]) for c in conditions if c["type"] == "Succeeded"), "Unknown")


def state_of(run: Object) -> str:
    """What has become of the run, by its own words."""
    for condition in (run.get("status") or {}).get("conditions") or ():
        if condition["type"] == "Succeeded" and condition["status"] != "Unknown":
            failure = "Cancelled" if condition["reason"] == "Cancelled" else "Failed"
            return "Succeeded" if condition["status"] == "True" else failure
    return "Running"


def guard(world: World) -> None:
    """Watches every creation and every status from now on."""

    def creating(obj: Object) -> None:
        if obj["kind"] == "Pod":
            _creating_driver(world, obj)
        if obj["kind"] == "Deployment":
            server = world.get(MODELSERVERS, obj["metadata"]["name"])
            version = label(obj["spec"]["template"], "version")
            assert server["status"].get("wantedVersion") == version, "serves without intent"

    def writing(obj: Object, status: Object) -> None:
        if obj["kind"] == "AnalyticsRun" and succeeded(obj) != "Unknown":
            assert succeeded({"status": status}) == succeeded(obj), "an outcome was changed"
        if obj["kind"] == "AnalyticsRun":
            _writing_attempts(world, obj, status)
        if obj["kind"] == "AnalyticsRun" and succeeded({"status": status}) != "Unknown":
            uid = obj["metadata"]["uid"]
            live = [p for p in world.list(PODS) if is_live(p) and attempt_of(p)[0] == uid]
            assert not live, "a run that has ended has a driver"

    world.on_create.append(creating)
    world.on_status.append(writing)


def _writing_attempts(world: World, run: Object, status: Object) -> None:
    """No attempt ends before its time is up, and none that has ended is another one later."""
    before = {item["number"]: item for item in run["status"].get("attempts") or ()}
    for attempt in status.get("attempts") or ():
        old = before.get(attempt["number"], {})
        if old.get("outcome") in ("Succeeded", "Failed"):
            assert attempt == old, "an attempt that had ended was changed"
        if attempt.get("reason") == "DeadlineExceeded" and "reason" not in old:
            age = (world.now - from_rfc3339(attempt["intendedAt"])).total_seconds()
            assert age >= run["spec"]["jobSpec"]["timeoutSeconds"], "ended before its time was up"


def _creating_driver(world: World, pod: Object) -> None:
    uid, number = attempt_of(pod)
    told = run_of(pod)
    attempts = [attempt_of(made) for made in world.created]
    assert (uid, number) not in attempts, "two Pods for one attempt"
    live = [other for other in world.list(PODS) if is_live(other)]
    assert not [p for p in live if label(p, "run") == told.name], "two drivers of one run"
    if told.mode == "Streaming":
        assert not [p for p in live if label(p, "job") == told.job], "two drivers of one stream"
    run = world.find(ANALYTICSRUNS, told.name)
    if run is None or run["metadata"]["uid"] != uid:
        # Deleted a moment ago, which the watch has not told yet: the Pod goes the same way.
        return
    assert succeeded(run) == "Unknown", "a run that has ended is started again"
    if uid in world.lost and "attempts" not in run["status"]:
        # Lost a moment ago, which the watch has not told yet: it is made anew from this Pod.
        return
    last = run["status"]["attempts"][-1]
    assert (last["number"], last["pod"]) == (number, pod["metadata"]["name"]), "no intent"
    spec = run["spec"]["jobSpec"]
    status = run["status"]
    assert status.get("failures", 0) <= spec["retry"]["limit"], "more than the limit allows"
    assert told.name == run_name(told.job, spec_hash(spec)), "another version than its name's"
    assert told.parameters == spec["parameters"]


def _is_suspended(world: World, run: Object) -> bool:
    """Whether the job that made the run is."""
    job = world.find(ANALYTICSJOBS, run["spec"]["job"])
    owners = run["metadata"].get("ownerReferences") or ()
    return (
        job is not None
        and job["spec"]["suspend"]
        and any(owner["uid"] == job["metadata"]["uid"] for owner in owners)
    )


def outcome(world: World, run: Object, endings: Mapping[str, str]) -> tuple[str, int]:
    """What must have become of the run.

    An attempt that was withdrawn before its Pod was made has no Pod that could tell its end.
    """
    uid = run["metadata"]["uid"]
    pods = {attempt_of(p)[1]: p for p in world.created if attempt_of(p)[0] == uid}
    closed = [a["number"] for a in run["status"].get("attempts") or () if a["outcome"] == "Failed"]
    ended = [
        endings.get(pods[number]["metadata"]["uid"], "forever") if number in pods else "never made"
        for number in range(1, max([*pods, *closed, 0]) + 1)
    ]
    for attempt in run["status"].get("attempts") or ():
        # Decided by the operator, and only when its time was up: see `guard`.
        if attempt.get("reason") == "DeadlineExceeded" and attempt["outcome"] == "Failed":
            ended[attempt["number"] - 1] = "deadline"
    spec = run["spec"]["jobSpec"]
    return expected(ended, spec["retry"]["limit"], streaming=spec["mode"] == "Streaming")


def check_run(world: World, run: Object, endings: Mapping[str, str]) -> None:
    """A run of a world at rest is exactly as its Pods' endings ask."""
    state, count = outcome(world, run, endings)
    said = state_of(run)
    if run["spec"]["cancel"] and said == "Cancelled":
        _check_cancelled(world, run)
        return
    assert said == state
    assert not (run["spec"]["cancel"] and said == "Running"), "cancelled and runs on"
    attempts = run["status"].get("attempts") or []
    if said == "Running" and _is_suspended(world, run):
        # Batch runs alone: a suspended stream has none. What had begun has ended.
        assert {attempt["outcome"] for attempt in attempts} <= {"Failed"}
        attempts = [*attempts, {"number": len(attempts) + 1, "outcome": state}]
    numbers = [attempt["number"] for attempt in attempts]
    if run["metadata"]["uid"] in world.lost:
        # What was taken away is not remembered once the status is lost.
        assert numbers == sorted(set(numbers))
        assert numbers[-1] == count
    else:
        assert numbers == list(range(1, count + 1))
    assert {attempt["outcome"] for attempt in attempts[:-1]} <= {"Failed"}
    assert attempts[-1]["outcome"] == state
    assert ("completionTime" in run["status"]) == (state != "Running")
    if state == "Succeeded":
        assert run["status"]["models"] == [model_of(run["metadata"]["name"], count)]


def _check_cancelled(world: World, run: Object) -> None:
    uid = run["metadata"]["uid"]
    assert not [p for p in world.list(PODS) if is_live(p) and attempt_of(p)[0] == uid]
    assert "completionTime" in run["status"]
    assert "nextAttemptTime" not in run["status"]
    outcomes = {attempt["outcome"] for attempt in run["status"].get("attempts") or ()}
    assert outcomes <= {"Failed"}


def check_job(world: World, job: Object) -> str | None:
    """A job of a world at rest; returns the outcome of its present run, None without one."""
    spec, name = job["spec"], run_name(job["metadata"]["name"], spec_hash(job["spec"]))
    run = world.find(ANALYTICSRUNS, name)
    streaming, suspended = spec["mode"] == "Streaming", spec["suspend"]
    live = [
        pod
        for pod in world.list(PODS)
        if is_live(pod) and label(pod, "job") == job["metadata"]["name"]
    ]
    if suspended:
        assert not live
        assert kstatus.compute(job) == "Current"
    if run is None:
        assert suspended
        return None
    state = state_of(run)
    assert job["status"]["currentRun"]["name"] == name
    assert job["status"]["currentRun"]["outcome"] == state
    if suspended:
        return state
    assert len(live) == (1 if streaming and state == "Running" else 0)
    assert kstatus.compute(job) == ("Current" if state in ("Running", "Succeeded") else "Failed")
    if streaming:
        active = [r for r in world.list(ANALYTICSRUNS) if succeeded(r) == "Unknown"]
        assert {r["metadata"]["name"] for r in active if label(r, "job") == label(run, "job")} <= {
            name
        }
    return state


def check_server(world: World, server: Object, job: Object, state: str | None) -> None:
    """A server of a world at rest serves what its job's present version published."""
    status = server["status"]
    if state == "Succeeded":
        run = world.get(ANALYTICSRUNS, job["status"]["currentRun"]["name"])
        model = run["status"]["models"][0]
        assert status["version"] == status["wantedVersion"] == run["metadata"]["name"]
        assert (status["modelURI"], status["digest"]) == (model["uri"], model["digest"])
        assert kstatus.compute(server) == "Current"
    version = status.get("version")
    deployment = world.find(DEPLOYMENTS, server["metadata"]["name"])
    assert (deployment is None) == (version is None)
    if deployment is not None:
        template = deployment["spec"]["template"]
        assert label(template, "version") == version
        env = {e["name"]: e["value"] for e in template["spec"]["containers"][0]["env"]}
        assert env["SWIRL_MODEL_URI"] == status["modelURI"]


def check_changes(world: World, topic: Topic) -> None:
    """Of each change Started before Finished, equal repeats, and all of the last ones."""
    phases: dict[str, list[str]] = defaultdict(list)
    records: dict[str, Object] = {}
    for record in topic.records:
        event = ChangeEvent.from_json(json.dumps(record))
        phases[event.change].append(event.phase)
        assert records.setdefault(event.id, record) == record, "one id, two contents"
    for seen in phases.values():
        assert seen[0] == "Started"
        if "Finished" in seen:
            assert "Started" in seen[: seen.index("Finished")], "Finished before Started"
    for resource in (ANALYTICSJOBS, MODELSERVERS):
        for obj in world.list(resource):
            change = obj["status"].get("change")
            if change is None:
                continue
            wanted = {"Started", "Finished"} if change.get("finishedAt") else {"Started"}
            assert set(phases[change["id"]]) == wanted
            assert change["announced"] == ("Finished" if len(wanted) == 2 else "Started")
