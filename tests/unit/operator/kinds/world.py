"""An API server in memory: resourceVersions, optimistic locks, watch logs, garbage collection.

Only what the operator relies on, and as strict about it as the real one. Every status that is
written is checked against the CRD's schema and the kstatus rules on its way in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from swirl.kube.errors import AlreadyExists, ApiError, Conflict, NotFound
from swirl.kube.resources import PODS, Resource
from swirl.wire.times import rfc3339
from swirl_operator.runtime.interface import Object, Ref
from tests.unit.operator.kinds.checks import check_spec, check_status

NAMESPACE = "ads"
MANAGER = "swirl-operator"
ENDED = ("Succeeded", "Failed")


def copied(obj: Object) -> Object:
    """Much faster than `copy.deepcopy`, and what it cannot copy could not be sent either."""
    result: Object = orjson.loads(orjson.dumps(obj))
    return result


def is_live(pod: Object) -> bool:
    """Whether the Pod's containers may still be doing something."""
    return (pod.get("status") or {}).get("phase") not in ENDED


class World:
    """The true state of the cluster, and what happened in it.

    What is read is the stored object itself and must not be changed; every write stores a new one.
    """

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 31, 12, tzinfo=UTC)
        self.events: dict[Resource, list[tuple[str, Object]]] = defaultdict(list)
        self.created: list[Object] = []
        """Every Pod that was ever created, as it was then."""
        self.on_create: list[Callable[[Object], None]] = []
        """Called with what is created or applied."""
        self.on_status: list[Callable[[Object, Object], None]] = []
        self.on_write: list[Callable[[], None]] = []
        """Called after each write of an operator, before it hears the answer."""
        self.refuses: ApiError | None = None
        """What the API server says to every Pod that is to be created."""
        self.lost: set[str] = set()
        """Uids of objects whose status somebody has lost."""
        self._objects: dict[tuple[Resource, str], Object] = {}
        self._version = 100
        self._uid = 0

    # -- what the API offers -----------------------------------------------------------------

    def find(self, resource: Resource, name: str) -> Object | None:
        return self._objects.get((resource, name))

    def get(self, resource: Resource, name: str) -> Object:
        found = self.find(resource, name)
        if found is None:
            raise NotFound(404, "NotFound", f"{resource.plural} {name!r} not found")
        return found

    def list(self, resource: Resource) -> list[Object]:
        return [
            obj
            for (kind, _), obj in sorted(self._objects.items(), key=lambda item: item[0][1])
            if kind == resource
        ]

    def create(self, resource: Resource, obj: Object) -> Object:
        name = obj["metadata"]["name"]
        if resource == PODS and self.refuses is not None:
            raise self.refuses
        if (resource, name) in self._objects:
            raise AlreadyExists(409, "AlreadyExists", f"{resource.plural} {name!r} already exists")
        if resource.group == "swirl.dev":
            check_spec(obj)
        for hook in self.on_create:
            hook(obj)
        self._uid += 1
        stored = copied(obj)
        stored["metadata"] |= {
            "namespace": NAMESPACE,
            "uid": f"uid-{self._uid}",
            "generation": 1,
            "creationTimestamp": rfc3339(self.now),
        }
        stored.pop("status", None)
        if obj["kind"] == "AnalyticsRun":
            stored["spec"].setdefault("cancel", False)
        if resource.group == "swirl.dev":
            stored["status"] = {"observedGeneration": -1}
        if resource == PODS:
            stored["status"] = {"phase": "Pending"}
            self.created.append(copied(stored))
        return self._store(resource, stored, "ADDED")

    def apply(self, resource: Resource, obj: Object, *, force: bool) -> Object:
        metadata = obj["metadata"]
        live = self._objects.get((resource, metadata["name"]))
        if live is None:
            if metadata.get("uid"):
                raise Conflict(409, "Conflict", "uid mismatch")
            return self.create(resource, obj)
        if not force or metadata["uid"] != live["metadata"]["uid"]:
            raise Conflict(409, "Conflict", "the object is another one, or somebody else's")
        if resource == PODS:
            # Only ever a part of a Pod that was created whole.
            changed = copied(live)
            changed["spec"] |= copied(obj["spec"])
            return self._replace(resource, live, changed)
        for hook in self.on_create:
            hook(obj)
        changed = copied(live)
        changed["metadata"]["labels"] = metadata.get("labels")
        changed["metadata"]["annotations"] = metadata.get("annotations")
        changed["spec"] = copied(obj["spec"])
        return self._replace(resource, live, changed)

    def apply_status(self, resource: Resource, obj: Object) -> Object:
        metadata = obj["metadata"]
        live = self._objects.get((resource, metadata["name"]))
        if live is None:
            raise NotFound(404, "NotFound", f"{resource.plural} {metadata['name']!r} not found")
        if metadata["uid"] != live["metadata"]["uid"]:
            raise Conflict(409, "Conflict", "uid mismatch")
        if metadata["resourceVersion"] != live["metadata"]["resourceVersion"]:
            raise Conflict(409, "Conflict", "the object has been modified")
        check_status(live, obj["status"])
        for hook in self.on_status:
            hook(live, obj["status"])
        changed = copied(live)
        changed["status"] = copied(obj["status"])
        owned: Object = {f"f:{field}": {} for field in obj["status"]}
        changed["metadata"]["managedFields"] = [
            {"manager": MANAGER, "subresource": "status", "fieldsV1": {"f:status": owned}}
        ]
        return self._replace(resource, live, changed)

    def delete(self, ref: Ref) -> Object:
        live = copied(self.get(ref.resource, ref.name))
        if ref.uid not in (None, live["metadata"]["uid"]):
            raise Conflict(409, "Conflict", "uid mismatch")
        if ref.version not in (None, live["metadata"]["resourceVersion"]):
            raise Conflict(409, "Conflict", "the object has been modified")
        if ref.resource == PODS and is_live(live):
            if not live["metadata"].get("deletionTimestamp"):
                live["metadata"]["deletionTimestamp"] = rfc3339(self.now)
                return self._store(PODS, live, "MODIFIED")
            return live
        self.remove(ref.resource, ref.name)
        return {"kind": "Status", "status": "Success"}

    # -- what others do ----------------------------------------------------------------------

    def change(self, resource: Resource, name: str, change: Callable[[Object], None]) -> None:
        """A write by somebody else."""
        live = self._objects[resource, name]
        changed = copied(live)
        change(changed)
        if resource.group == "swirl.dev":
            check_spec(changed)
        self._replace(resource, live, changed)

    def remove(self, resource: Resource, name: str) -> None:
        """The object is gone at once."""
        self._version += 1
        gone = copied(self._objects.pop((resource, name)))
        gone["metadata"]["resourceVersion"] = str(self._version)
        self.events[resource].append(("DELETED", gone))

    def collect_one(self) -> bool:
        """The garbage collector: deletes one object whose owner is gone. False if there is none."""
        living = {obj["metadata"]["uid"] for obj in self._objects.values()}
        for (resource, name), obj in self._objects.items():
            owners = obj["metadata"].get("ownerReferences") or ()
            orphaned = owners and all(owner["uid"] not in living for owner in owners)
            if orphaned and not obj["metadata"].get("deletionTimestamp"):
                self.delete(Ref(resource, NAMESPACE, name))
                return True
        return False

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    # -- storage -----------------------------------------------------------------------------

    def _replace(self, resource: Resource, live: Object, changed: Object) -> Object:
        if changed == live:
            return copied(live)
        if changed.get("spec") != live.get("spec"):
            changed["metadata"]["generation"] += 1
        return self._store(resource, changed, "MODIFIED")

    def _store(self, resource: Resource, obj: Object, event: str) -> Object:
        self._version += 1
        obj["metadata"]["resourceVersion"] = str(self._version)
        obj["apiVersion"], obj["kind"] = resource.api_version, resource.kind
        self._objects[resource, obj["metadata"]["name"]] = obj
        self.events[resource].append((event, copied(obj)))
        return copied(obj)


def label(obj: Object, name: str) -> Any:
    """The value of a label, None without it."""
    return (obj["metadata"].get("labels") or {}).get(f"swirl.dev/{name}")
