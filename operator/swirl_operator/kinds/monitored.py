"""Which objects a SwirlMonitor watches."""

from __future__ import annotations

from collections.abc import Iterable

from swirl.kube.resources import Resource
from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.key import Key
from swirl_operator.runtime.objects import namespace_of


def monitored_keys(monitor: Object, resource: Resource) -> Iterable[Key]:
    """Keys of the objects of that kind that the monitor's nodes refer to."""
    for node in monitor["spec"]["nodes"]:
        reference = node.get("ref") or {}
        if reference.get("kind") == resource.kind:
            yield Key(resource.kind, namespace_of(monitor), reference["name"])
