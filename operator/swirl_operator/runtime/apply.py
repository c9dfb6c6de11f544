"""When a write can be left out, and what exactly is written.

The operator reconciles far more often than anything changes, so the common answer must cost no
request. Two questions decide: is the manifest the one applied last (a hash on the child), and does
the child still look like it (a comparison of the wanted fields only)?
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from swirl.kube.resources import Resource
from swirl.wire.labels import APPLIED_HASH
from swirl_operator.runtime.interface import Object

_MISSING: Any = object()


def manifest_hash(manifest: Object) -> str:
    text = json.dumps(manifest, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def stamped(manifest: Object) -> Object:
    """`manifest` with its own hash as an annotation."""
    metadata = manifest["metadata"]
    annotations = {**(metadata.get("annotations") or {}), APPLIED_HASH: manifest_hash(manifest)}
    return {**manifest, "metadata": {**metadata, "annotations": annotations}}


def project(wanted: Any, live: Any) -> Any:
    """The part of `live` that `wanted` speaks about, in the shape of `wanted`.

    Lists of named things (containers, ports, env) are matched by name, so that what an admission
    webhook adds to them is not mistaken for drift.
    """
    if isinstance(wanted, dict) and isinstance(live, dict):
        return {
            key: project(value, live[key]) if key in live else None for key, value in wanted.items()
        }
    if isinstance(wanted, list) and isinstance(live, list):
        if wanted and all(isinstance(item, dict) and "name" in item for item in wanted):
            by_name = {item.get("name"): item for item in live if isinstance(item, dict)}
            return [project(item, by_name.get(item["name"])) for item in wanted]
        if len(wanted) == len(live):
            return [project(*pair) for pair in zip(wanted, live, strict=True)]
    return live


@dataclass(frozen=True, slots=True)
class _Written:
    digest: str
    outcome: Any


class WriteMemory:
    """What the API server made of our last write of an object.

    The server normalises some values (`1000m` becomes `1`) and prunes others; compared with
    the manifest they would look like drift for ever. Compared with its own answer they do not.
    Lost on restart, which costs one write an affected object.
    """

    def __init__(self) -> None:
        self._children: dict[str, _Written] = {}
        self._statuses: dict[str, _Written] = {}

    def applied(self, manifest: Object, answer: Object) -> None:
        written = _Written(manifest_hash(manifest), _digest(project(manifest, answer)))
        self._children[answer["metadata"]["uid"]] = written

    def is_applied(self, manifest: Object, live: Object) -> bool:
        """Whether applying the (stamped) `manifest` would change nothing on `live`."""
        annotations = live["metadata"].get("annotations") or {}
        wanted_hash = manifest["metadata"]["annotations"][APPLIED_HASH]
        if annotations.get(APPLIED_HASH) != wanted_hash:
            return False
        seen = project(manifest, live)
        if seen == manifest:
            return True
        memory = self._children.get(live["metadata"]["uid"])
        return memory == _Written(manifest_hash(manifest), _digest(seen))

    def status_written(self, status: Object, answer: Object) -> None:
        outcome = {field: (answer.get("status") or {}).get(field) for field in status}
        written = _Written(manifest_hash(status), _digest(outcome))
        self._statuses[answer["metadata"]["uid"]] = written

    def is_status_settled(self, status: Object, live: Object, owned: frozenset[str]) -> bool:
        """Whether writing `status` would change nothing; `owned`: fields written before."""
        if not owned <= status.keys():
            return False
        current = live.get("status") or {}
        seen = {field: current.get(field, _MISSING) for field in status}
        if seen == status:
            return True
        memory = self._statuses.get(live["metadata"]["uid"])
        if memory is None or memory.digest != manifest_hash(status):
            return False
        if any(value is _MISSING for value in seen.values()):
            seen = {field: current.get(field) for field in status}
        return bool(memory.outcome == _digest(seen))

    def forget(self, uid: str) -> None:
        self._children.pop(uid, None)
        self._statuses.pop(uid, None)


def status_patch(obj: Object, resource: Resource, status: Object) -> Object:
    """The apply body: only if `obj` is still the very state that the plan was made from."""
    metadata = obj["metadata"]
    return {
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "metadata": {
            "name": metadata["name"],
            "namespace": metadata["namespace"],
            "uid": metadata["uid"],
            "resourceVersion": metadata["resourceVersion"],
        },
        "status": status,
    }


def _digest(value: Any) -> str:
    return manifest_hash({"value": value})
