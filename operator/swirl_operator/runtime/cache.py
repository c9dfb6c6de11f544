"""What the watches have delivered, as plain dicts with two indexes.

Writers are the watches, the relist and the operator's own writes, in any order. The API server's
resourceVersion decides: an older state never replaces a newer one, so a late watch event cannot
undo what the operator has just written, and a deleted incarnation cannot come back.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from swirl.kube.resources import Resource
from swirl.wire import labels
from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.owner import controller_of

_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_TOMBSTONES = 20_000

Name = tuple[str, str]


def version_of(obj: Object) -> int:
    """The resourceVersion as a number, which Kubernetes guarantees since 1.35 and etcd always was.

    An unreadable one counts as 0: such an object is only ever the first word, never the last.
    """
    text = obj["metadata"].get("resourceVersion", "")
    return int(text) if text.isdecimal() else 0


@dataclass(frozen=True, slots=True)
class Update:
    """The effect of one write on the cache; `current is None` means removed."""

    previous: Object | None
    current: Object | None


class Cache:
    """Implements `plan.CacheReader`. Objects read from it must not be changed."""

    def __init__(self, *, index_labels: str = labels.PREFIX, status_manager: str = "") -> None:
        self._index_labels = index_labels
        self._status_manager = status_manager
        self._objects: dict[Resource, dict[str, dict[str, Object]]] = {}
        self._owned: dict[tuple[str, Resource], dict[Name, Object]] = {}
        self._labelled: dict[tuple[Resource, str, str, str], dict[str, Object]] = {}
        self._naming: dict[tuple[Resource, str], dict[Name, dict[str, Object]]] = {}
        self._status_fields: dict[str, frozenset[str]] = {}
        self._gone: OrderedDict[str, float] = OrderedDict()

    # Reading

    def get(self, resource: Resource, namespace: str, name: str) -> Object | None:
        return self._objects.get(resource, {}).get(namespace, {}).get(name)

    def list(self, resource: Resource, namespace: str) -> Sequence[Object]:
        return _by_name(self._objects.get(resource, {}).get(namespace, {}).values())

    def owned(self, uid: str, resource: Resource) -> Sequence[Object]:
        return _by_name(self._owned.get((uid, resource), {}).values())

    def labelled(
        self, resource: Resource, namespace: str, label: str, value: str
    ) -> Sequence[Object]:
        if label.startswith(self._index_labels):
            return _by_name(self._labelled.get((resource, namespace, label, value), {}).values())
        objects = self._objects.get(resource, {}).get(namespace, {}).values()
        return _by_name(
            obj for obj in objects if (obj["metadata"].get("labels") or {}).get(label) == value
        )

    def naming(
        self, resource: Resource, namespace: str, field: str, value: str
    ) -> Sequence[Object]:
        """The objects with that value in that field of their spec, which names another object.

        The first question about a field makes an index of it.
        """
        index = self._naming.get((resource, field))
        if index is None:
            index = self._naming[resource, field] = {}
            for obj in self.all(resource):
                self._index_naming(index, field, obj)
        return _by_name(index.get((namespace, value), {}).values())

    def all(self, resource: Resource) -> Iterator[Object]:
        """Every object of a resource; a snapshot, safe against changes while iterating."""
        for names in list(self._objects.get(resource, {}).values()):
            yield from list(names.values())

    def count(self, resource: Resource) -> int:
        return sum(len(names) for names in self._objects.get(resource, {}).values())

    def status_fields(self, uid: str) -> frozenset[str]:
        """Top-level status fields owned by the operator's field manager, per the API server."""
        return self._status_fields.get(uid, frozenset())

    # Writing

    def put(self, resource: Resource, obj: Object) -> Update | None:
        """Store `obj` unless something as new or newer is known; `None` if nothing changed."""
        metadata = obj["metadata"]
        if version_of(obj) < self._gone.get(metadata["uid"], 0):
            return None
        namespace, name = metadata["namespace"], metadata["name"]
        previous = self.get(resource, namespace, name)
        if previous is not None and version_of(obj) <= version_of(previous):
            return None
        current = self._slim(resource, obj)
        if previous is not None:
            self._unindex(resource, previous)
        self._objects.setdefault(resource, {}).setdefault(namespace, {})[name] = current
        self._index(resource, current)
        return Update(previous, current)

    def remove(
        self, resource: Resource, obj: Object, *, version: float | None = None
    ) -> Update | None:
        """Forget this incarnation as it was before `version`, by default that of `obj`.

        Older states cannot bring it back. Newer ones can: a watch that selects by label tells of
        an object that lost the label as if it were deleted. `None` if it was not there any more.
        """
        metadata = obj["metadata"]
        uid = metadata["uid"]
        self._gone[uid] = max(self._gone.get(uid, 0), version or version_of(obj))
        if len(self._gone) > _TOMBSTONES:
            self._gone.popitem(last=False)
        self._status_fields.pop(uid, None)
        previous = self.get(resource, metadata["namespace"], metadata["name"])
        if previous is None or previous["metadata"]["uid"] != uid:
            return None
        self._unindex(resource, previous)
        names = self._objects[resource][metadata["namespace"]]
        del names[metadata["name"]]
        if not names:
            del self._objects[resource][metadata["namespace"]]
        return Update(previous, None)

    def missing_from(
        self,
        resource: Resource,
        *,
        listed: set[str],
        version: int,
        within: Callable[[str], bool],
    ) -> Sequence[Object]:
        """Cached objects that a complete list taken at `version` does not have any more.

        Objects newer than the list are not judged by it.
        """
        return [
            obj
            for obj in self.all(resource)
            if obj["metadata"]["uid"] not in listed
            and version_of(obj) <= version
            and within(obj["metadata"]["namespace"])
        ]

    def _slim(self, resource: Resource, obj: Object) -> Object:
        """Without what nobody reads: up to half of an object's memory."""
        metadata = dict(obj["metadata"])
        managed = metadata.pop("managedFields", None)
        if managed is not None and self._status_manager:
            self._status_fields[metadata["uid"]] = _status_fields(managed, self._status_manager)
        annotations = metadata.get("annotations")
        if annotations and _LAST_APPLIED in annotations:
            metadata["annotations"] = {k: v for k, v in annotations.items() if k != _LAST_APPLIED}
        # Items of a list carry neither field; planners may rely on both.
        return {
            **obj,
            "apiVersion": resource.api_version,
            "kind": resource.kind,
            "metadata": metadata,
        }

    def _index(self, resource: Resource, obj: Object) -> None:
        metadata = obj["metadata"]
        namespace, name = metadata["namespace"], metadata["name"]
        owner = controller_of(obj)
        if owner is not None:
            self._owned.setdefault((owner["uid"], resource), {})[namespace, name] = obj
        for label, value in (metadata.get("labels") or {}).items():
            if label.startswith(self._index_labels):
                self._labelled.setdefault((resource, namespace, label, value), {})[name] = obj

        for (of, field), index in self._naming.items():
            if of == resource:
                self._index_naming(index, field, obj)

    @staticmethod
    def _index_naming(index: dict[Name, dict[str, Object]], field: str, obj: Object) -> None:
        value = (obj.get("spec") or {}).get(field)
        if isinstance(value, str):
            metadata = obj["metadata"]
            index.setdefault((metadata["namespace"], value), {})[metadata["name"]] = obj

    def _unindex(self, resource: Resource, obj: Object) -> None:
        metadata = obj["metadata"]
        namespace, name = metadata["namespace"], metadata["name"]
        owner = controller_of(obj)
        if owner is not None:
            owned = self._owned[owner["uid"], resource]
            del owned[namespace, name]
            if not owned:
                del self._owned[owner["uid"], resource]
        for label, value in (metadata.get("labels") or {}).items():
            if label.startswith(self._index_labels):
                labelled = self._labelled[resource, namespace, label, value]
                del labelled[name]
                if not labelled:
                    del self._labelled[resource, namespace, label, value]
        for (of, field), index in self._naming.items():
            value = (obj.get("spec") or {}).get(field) if of == resource else None
            if isinstance(value, str):
                naming = index[namespace, value]
                del naming[name]
                if not naming:
                    del index[namespace, value]


def _by_name(objects: Iterable[Object]) -> Sequence[Object]:
    found = list(objects)
    if len(found) > 1:
        found.sort(key=lambda obj: str(obj["metadata"]["name"]))
    return found


def _status_fields(managed: Sequence[Object], manager: str) -> frozenset[str]:
    fields: set[str] = set()
    for entry in managed:
        if entry.get("manager") == manager and entry.get("subresource") == "status":
            status = (entry.get("fieldsV1") or {}).get("f:status") or {}
            fields.update(field[2:] for field in status if field.startswith("f:"))
    return frozenset(fields)
