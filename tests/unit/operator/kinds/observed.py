"""Small builders of what planners observe, and `planned`, which checks every plan they make."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from swirl.api.v1alpha1 import AnalyticsJob, ModelServer, SwirlMonitor
from swirl.kube.resources import Resource
from swirl_operator.kinds.analyticsjob.version import spec_hash
from swirl_operator.kinds.runs import run_name
from swirl_operator.runtime.apply import stamped
from swirl_operator.runtime.interface import ChildFailure, Object, Observation, Plan, Ref
from swirl_operator.runtime.owner import adopt
from swirl_operator.status.reasons import known
from tests.unit.operator.kinds.checks import check_spec, check_status, schema_errors

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
EARLIER = "2026-01-31T11:00:00Z"

JOB_SPEC: Object = AnalyticsJob.model_validate(
    {"spec": {"mode": "Batch", "image": "ads:1", "entryPoint": {"function": "ads.train:train"}}}
).model_dump(by_alias=True, exclude_none=True)["spec"]


def merged(base: Object, changes: Mapping[str, Any]) -> Object:
    """`base` with the changes; objects within are merged, a None removes."""
    result = dict(base)
    for key, value in changes.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result


def thing(kind: str, name: str, spec: Object, **more: Any) -> Object:
    """An object of one of the kinds, as the API server returns it."""
    base: Object = {
        "apiVersion": "swirl.dev/v1alpha1",
        "kind": kind,
        "metadata": {
            "name": name,
            "namespace": "ads",
            "uid": f"uid-of-{name}",
            "generation": 1,
            "resourceVersion": "10",
            "creationTimestamp": EARLIER,
        },
        "spec": spec,
        "status": {"observedGeneration": -1},
    }
    return merged(base, more)


def job(name: str = "train", *, spec: Mapping[str, Any] | None = None, **more: Any) -> Object:
    return thing("AnalyticsJob", name, merged(JOB_SPEC, spec or {}), **more)


def stream(name: str = "ingest", *, spec: Mapping[str, Any] | None = None, **more: Any) -> Object:
    return job(name, spec={"mode": "Streaming", **(spec or {})}, **more)


def run_of(parent: Object, outcome: str = "Running", **more: Any) -> Object:
    """The run that a job makes of its spec."""
    version, name = spec_hash(parent["spec"]), parent["metadata"]["name"]
    labels = {"swirl.dev/job": name, "swirl.dev/spec-hash": version}
    base = run(run_name(name, version), parent=name, metadata={"labels": labels})
    base["spec"]["jobSpec"] = parent["spec"]
    base["status"] = ended(outcome)
    return merged(base, more)


def ended(outcome: str, message: str = "so it was", at: str = EARLIER) -> Object:
    """Status of a run with that outcome."""
    status = {"Succeeded": "True", "Running": "Unknown"}.get(outcome, "False")
    found: Object = {"conditions": [condition("Succeeded", status, outcome, message)]}
    if outcome != "Running":
        found["completionTime"] = at
    return found


def condition(kind: str, status: str, reason: str = "Succeeded", message: str = "a text") -> Object:
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": message,
        "lastTransitionTime": EARLIER,
        "observedGeneration": 1,
    }


def run(name: str = "train-1", *, parent: str = "train", **more: Any) -> Object:
    """A run that somebody made by hand: without the labels of a job's own."""
    return thing("AnalyticsRun", name, {"job": parent}, **more)


def server(
    model: Mapping[str, str] | None = None, *, spec: Mapping[str, Any] | None = None, **more: Any
) -> Object:
    given = {"model": model or {"job": "train"}, **(spec or {})}
    whole = ModelServer.model_validate({"spec": given}).model_dump(by_alias=True, exclude_none=True)
    return thing("ModelServer", "sentiment", whole["spec"], **more)


def monitor(*, spec: Mapping[str, Any] | None = None, **more: Any) -> Object:
    given = {
        "nodes": [
            {"name": "ingest", "ref": {"kind": "AnalyticsJob", "name": "ingest"}},
            {
                "name": "classify",
                "after": ["ingest"],
                "ref": {"kind": "ModelServer", "name": "sentiment"},
            },
        ],
        "metrics": [{"name": "rows", "node": "ingest", "source": {"metric": "rows"}}],
        **(spec or {}),
    }
    body = SwirlMonitor.model_validate({"spec": given}).model_dump(by_alias=True, exclude_none=True)
    return thing("SwirlMonitor", "ads", body["spec"], **more)


def pod(name: str = "train-1-1", *, labels: Mapping[str, str] | None = None, **more: Any) -> Object:
    """A driver Pod that nobody has started yet."""
    own = {"job": "train", "run": "train-1", "attempt": "1", "role": "driver", **(labels or {})}
    base: Object = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": "ads",
            "uid": f"uid-of-{name}",
            "labels": {f"swirl.dev/{key}": value for key, value in own.items()},
        },
        "spec": {},
        "status": {"phase": "Pending"},
    }
    return merged(base, more)


def container(state: Object, name: str = "driver", **more: Any) -> Object:
    """A Pod's status with the state of one container in it."""
    return {"phase": "Running", "containerStatuses": [{"name": name, "state": state}], **more}


def terminated(code: int, message: Any = None, **more: Any) -> Object:
    """The status of a Pod whose driver ended."""
    text = message if isinstance(message, str) or message is None else json.dumps(message)
    end = {"startedAt": "2026-01-31T11:10:00Z", "finishedAt": "2026-01-31T11:59:00Z"}
    state = {"exitCode": code, **end, **({} if text is None else {"message": text}), **more}
    return container({"terminated": state}, phase="Failed" if code else "Succeeded")


def given(manifest: Object, parent: Object, kind: Resource, status: Object | None = None) -> Object:
    """The Deployment that the runtime makes of the manifest; by default rolled out wholly."""
    live = stamped(adopt(manifest, parent, kind))
    wanted = live["spec"]["replicas"]
    done = dict.fromkeys(
        ("replicas", "readyReplicas", "updatedReplicas", "availableReplicas"), wanted
    )
    metadata = {**live["metadata"], "generation": 1, "uid": "uid-of-deployment"}
    base = {"observedGeneration": 1, **done}
    return {**live, "metadata": metadata, "status": merged(base, status or {})}


def observe(
    obj: Object,
    *,
    children: Mapping[str, Sequence[Object]] | None = None,
    related: Any = None,
    now: datetime = NOW,
    absent: Sequence[Ref] = (),
    failures: Sequence[ChildFailure] = (),
    events: Mapping[str, Sequence[Object]] | None = None,
) -> Observation[Any]:
    return Observation(
        obj=obj,
        children=children or {},
        related=related,
        now=now,
        confirmed_absent=frozenset(absent),
        failures=failures,
        events=events or {},
    )


def planned(planner: Callable[[Observation[Any]], Plan], observation: Observation[Any]) -> Plan:
    """The plan, after checks that hold for every plan: it is pure, and what it writes is valid."""
    obj = observation.obj
    seen = json.dumps([obj, dict(observation.children), _plain(observation.related)])
    plan = planner(observation)
    assert planner(observation) == plan, "two plans from one observation"
    assert json.dumps([obj, dict(observation.children), _plain(observation.related)]) == seen
    if plan.status is not None:
        check_status(obj, plan.status)
    for child in plan.create:
        if child["apiVersion"].startswith("swirl.dev/"):
            check_spec(child)
    for child in (*plan.create, *plan.apply):
        assert child["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "swirl"
        assert child["metadata"]["namespace"] == obj["metadata"]["namespace"]
    for event in plan.events:
        assert known(event.reason), event
        assert event.message.strip()
    return plan


def _plain(related: Any) -> Object | None:
    return None if related is None else asdict(related)


def said(plan: Plan, kind: str = "Ready") -> tuple[str, str, str]:
    """Status, reason and message of a condition that the plan writes."""
    assert plan.status is not None
    found = next(c for c in plan.status["conditions"] if c["type"] == kind)
    return found["status"], found["reason"], found["message"]


def after(obj: Object, plan: Plan) -> Object:
    """The object once the plan's status is stored, and what it announces is out."""
    status = plan.told or plan.status
    assert status is not None
    assert schema_errors(obj["kind"], "status", status) == []
    return {**obj, "status": status}
