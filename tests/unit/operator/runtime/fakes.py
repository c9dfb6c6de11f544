"""Doubles for the runtime's tests: a clock turned by hand and an API server in a dictionary."""

from __future__ import annotations

import copy
import heapq
import itertools
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import kopf

from swirl.kube.errors import from_answer
from swirl.kube.request import Request
from swirl.kube.resources import PODS, Resource
from swirl_operator.runtime.api import Api
from swirl_operator.runtime.apply import WriteMemory
from swirl_operator.runtime.cache import Cache
from swirl_operator.runtime.credentials import Credentials
from swirl_operator.runtime.freshness import Freshness
from swirl_operator.runtime.held import HeldStatuses
from swirl_operator.runtime.interface import CacheReader, Event, Object, Observation, Plan
from swirl_operator.runtime.key import Key
from swirl_operator.runtime.metrics import Metrics
from swirl_operator.runtime.pace import Pace
from swirl_operator.runtime.queue import WorkQueue
from swirl_operator.runtime.router import Router

WIDGETS = Resource("example.dev", "v1", "widgets", "Widget")
START = datetime(2026, 1, 1, tzinfo=UTC)


class FakeHandle:
    def __init__(self) -> None:
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class FakeClock:
    def __init__(self) -> None:
        self.seconds = 0.0
        self._timers: list[tuple[float, int, FakeHandle, Callable[[], object]]] = []
        self._order = itertools.count()

    def time(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def call_later(self, delay: float, callback: Callable[[], object], /) -> FakeHandle:
        handle = FakeHandle()
        heapq.heappush(self._timers, (self.seconds + delay, next(self._order), handle, callback))
        return handle

    def advance(self, seconds: float) -> None:
        end = self.seconds + seconds
        while self._timers and self._timers[0][0] <= end:
            self.seconds, _, handle, callback = heapq.heappop(self._timers)
            if not handle.cancelled:
                callback()
        self.seconds = end


def credentials() -> Credentials:
    return Credentials(read=lambda: kopf.ConnectionInfo(server="http://fake"))


class FakeApi(Api):
    """Enough of an API server: versions, uids, conflicts, preconditions and apply."""

    def __init__(self, metrics: Metrics | None = None) -> None:
        super().__init__(credentials(), metrics=metrics or Metrics())
        self.objects: dict[str, Object] = {}
        self.requests: list[tuple[str, str]] = []
        self.faults: list[tuple[str, int, str, bool, str]] = []
        self._versions = itertools.count(1)
        self._uids = itertools.count(1)

    def fail(
        self,
        verb: str,
        code: int,
        reason: str = "Broken",
        *,
        after: bool = False,
        message: str = "as told",
    ) -> None:
        """Fail the next `verb`; `after` does it first and then loses the answer."""
        self.faults.append((verb, code, reason, after, message))

    def seed(self, resource: Resource, obj: Object) -> Object:
        """An object made by somebody else."""
        metadata = obj["metadata"]
        return self._store(resource.path(metadata["namespace"], metadata["name"]), obj)

    def touch(self, resource: Resource, namespace: str, name: str, **changes: Any) -> Object:
        """A change made by somebody else."""
        path = resource.path(namespace, name)
        return self._store(path, {**self.objects[path], **changes})

    def verbs(self, *ignored: str) -> list[str]:
        return [verb for verb, _ in self.requests if verb not in ignored]

    async def send(self, wanted: Request) -> Object:
        verb, path, params = wanted.verb, wanted.path, wanted.parameters
        self.requests.append((verb, path))
        body = None if wanted.data is None else json.loads(wanted.data)
        fault = next((f for f in self.faults if f[0] == verb), None)
        if fault is not None:
            self.faults.remove(fault)
            if fault[3]:
                self._do(verb, path, body, params)
            raise from_answer(fault[1], {"reason": fault[2], "message": fault[4]})
        return copy.deepcopy(self._do(verb, path, body, params))

    def _do(self, verb: str, path: str, body: Any, params: Mapping[str, str]) -> Object:
        if verb == "create":
            path = f"{path}/{body['metadata']['name']}"
            if path in self.objects:
                raise from_answer(409, {"reason": "AlreadyExists"})
            if params.get("dryRun") == "All":
                return dict(body)
            return self._store(path, body)
        if verb == "apply":
            return self._server_apply(path, body, params["force"] == "true")
        if verb == "list":
            items = [o for p, o in sorted(self.objects.items()) if p.startswith(path + "/")]
            uid = params.get("fieldSelector", "").removeprefix("regarding.uid=")
            if uid:
                items = [item for item in items if item["regarding"]["uid"] == uid]
            return {"items": items, "metadata": {"resourceVersion": str(next(self._versions))}}
        if path not in self.objects:
            raise from_answer(404, {"reason": "NotFound"})
        if verb == "delete":
            for field, wanted in body.get("preconditions", {}).items():
                if wanted != self.objects[path]["metadata"][field]:
                    raise from_answer(409, {"reason": "Conflict"})
            del self.objects[path]
            return {"kind": "Status", "status": "Success"}
        if verb == "update":
            self._check(path, body)
            return self._store(path, body)
        if verb == "patch":
            return self._store(path, _merged(self.objects[path], body))
        return self.objects[path]

    def _server_apply(self, path: str, body: Object, force: bool) -> Object:
        is_status = path.endswith("/status")
        path = path.removesuffix("/status")
        if path not in self.objects:
            if is_status:
                raise from_answer(404, {"reason": "NotFound"})
            return self._store(path, body)
        self._check(path, body)
        live = self.objects[path]
        if is_status:
            owned = {
                f[2:]
                for e in live["metadata"].get("managedFields", ())
                for f in e["fieldsV1"]["f:status"]
            }
            kept = {k: v for k, v in (live.get("status") or {}).items() if k not in owned}
            merged = {**live, "status": {**kept, **body["status"]}}
            fields: Object = {"f:status": {f"f:{field}": {} for field in body["status"]}}
            managed = [{"manager": "swirl-operator", "subresource": "status", "fieldsV1": fields}]
            merged["metadata"] = {**live["metadata"], "managedFields": managed}
        else:
            merged = _merged(live, body)
            if merged != live and not force:
                raise from_answer(409, {"reason": "Conflict", "message": "field manager"})
        return live if merged == live else self._store(path, merged)

    def _check(self, path: str, body: Object) -> None:
        for field in ("uid", "resourceVersion"):
            wanted = body["metadata"].get(field)
            if wanted is not None and wanted != self.objects[path]["metadata"][field]:
                raise from_answer(409, {"reason": "Conflict", "message": field})

    def _store(self, path: str, obj: Object) -> Object:
        before = self.objects.get(path)
        metadata = {
            "uid": f"uid-{next(self._uids)}" if before is None else before["metadata"]["uid"],
            "creationTimestamp": "2026-01-01T00:00:00Z",
            "generation": 1,
            **{k: v for k, v in obj["metadata"].items() if k != "uid"},
            "resourceVersion": str(next(self._versions)),
        }
        self.objects[path] = {**copy.deepcopy(obj), "metadata": metadata}
        return self.objects[path]


def _merged(live: Any, patch: Any) -> Any:
    if not isinstance(live, dict) or not isinstance(patch, dict):
        return copy.deepcopy(patch)
    return {**live, **{k: _merged(live.get(k), v) for k, v in patch.items()}}


class FakeController:
    """Plans what its function says; by default, nothing."""

    def __init__(
        self,
        plan: Callable[[Observation[Any]], Plan] = lambda observation: Plan(),
        *,
        owns: tuple[Resource, ...] = (PODS,),
        resource: Resource = WIDGETS,
    ) -> None:
        self.resource = resource
        self.function = plan
        self.owns = owns
        self.observations: list[Observation[Any]] = []
        self.dependent_keys: list[Key] = []

    def related(self, obj: Object, cache: CacheReader) -> Mapping[str, Any]:
        return {}

    def dependents(self, obj: Object, resource: Resource, cache: CacheReader) -> Iterable[Key]:
        return self.dependent_keys

    def plan(self, observation: Observation[Any]) -> Plan:
        self.observations.append(observation)
        return self.function(observation)

    def invalid(self, observation: Observation[Any], error: Exception) -> Plan:
        return Plan(status={"observedGeneration": 1, "problem": str(error)})


def held(clock: FakeClock, *, at_once: float = 1e9) -> HeldStatuses:
    """Statuses that can wait; all are written at once unless told otherwise."""
    pace = Pace(at_once=at_once, per_second=0.0, clock=clock.time)
    return HeldStatuses(pace=pace, clock=clock.time)


class Posted:
    """Collects events instead of posting them."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def post(self, obj: Object, event: Event) -> None:
        self.events.append(event)


def widget(name: str = "w", **extra: Any) -> Object:
    return {
        "apiVersion": WIDGETS.api_version,
        "kind": WIDGETS.kind,
        "metadata": {"namespace": "ns", "name": name},
        "spec": {},
        **extra,
    }


def pod(name: str = "p", **spec: Any) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"namespace": "ns", "name": name},
        "spec": spec,
    }


def obj(
    name: str = "o",
    *,
    uid: str = "u",
    version: int = 1,
    owner: str | None = None,
    labels: Mapping[str, str] | None = None,
    namespace: str = "ns",
    **extra: Any,
) -> Object:
    """An object as the API server would send it."""
    metadata: Object = {
        "namespace": namespace,
        "name": name,
        "uid": uid,
        "resourceVersion": str(version),
        "labels": dict(labels or {}),
    }
    if owner is not None:
        metadata["ownerReferences"] = [
            {
                "apiVersion": WIDGETS.api_version,
                "kind": WIDGETS.kind,
                "name": owner,
                "uid": f"uid-of-{owner}",
                "controller": True,
            }
        ]
    return {"metadata": metadata, **extra}


class Routing:
    """A router for one controller, with all that it needs; it is active."""

    def __init__(self, controller: FakeController) -> None:
        self.clock = FakeClock()
        self.metrics = Metrics()
        self.cache = Cache()
        self.queue = WorkQueue(clock=self.clock)
        self.freshness = Freshness(grace=10.0)
        self.router = Router(
            controllers=[controller],
            cache=self.cache,
            queue=self.queue,
            freshness=self.freshness,
            metrics=self.metrics,
            memory=WriteMemory(),
            held=held(self.clock),
            clock=self.clock.time,
        )
        self.router.active = True
