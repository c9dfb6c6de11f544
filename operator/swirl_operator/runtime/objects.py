"""Reading what every Kubernetes object has, so that no planner spells a path twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from swirl.kube.resources import Resource
from swirl_operator.runtime.interface import Object

_NONE: Object = {}


def placed(resource: Resource, obj: Object) -> Object:
    """The object, with a namespace whatever it is: a Namespace is in the one that it makes."""
    if resource.namespaced:
        return obj
    return {**obj, "metadata": {**obj["metadata"], "namespace": obj["metadata"]["name"]}}


def name_of(obj: Object) -> str:
    """`metadata.name`."""
    return str(obj["metadata"]["name"])


def namespace_of(obj: Object) -> str:
    """`metadata.namespace`; every object here has one."""
    return str(obj["metadata"]["namespace"])


def generation_of(obj: Object) -> int:
    """`metadata.generation`; 0 of an object that was not read from a cluster."""
    return int((obj.get("metadata") or _NONE).get("generation", 0))


def labels_of(obj: Object) -> Mapping[str, str]:
    """`metadata.labels`, empty without any."""
    return obj["metadata"].get("labels") or _NONE


def annotations_of(obj: Object) -> Mapping[str, str]:
    """`metadata.annotations`, empty without any."""
    return obj["metadata"].get("annotations") or _NONE


def is_deleting(obj: Object) -> bool:
    """Whether somebody asked for its deletion."""
    return bool(obj["metadata"].get("deletionTimestamp"))


def status_of(obj: Object) -> Object:
    """`status`, empty before the first one is written. Must not be changed."""
    status = obj.get("status")
    return status if isinstance(status, dict) else _NONE


def conditions_of(obj: Object) -> Sequence[Object]:
    """`status.conditions`, empty without any."""
    return status_of(obj).get("conditions") or ()


def condition_of(obj: Object, kind: str) -> Object | None:
    """The condition of that type, if the object has one."""
    for item in conditions_of(obj):
        if item["type"] == kind:
            return item
    return None


def is_true(obj: Object, kind: str) -> bool:
    """Whether the condition of that type is there and `True`."""
    found = condition_of(obj, kind)
    return found is not None and found["status"] == "True"


def phase_of(pod: Object) -> str:
    """`status.phase` of a Pod, empty before the kubelet has said one."""
    return str(status_of(pod).get("phase") or "")
