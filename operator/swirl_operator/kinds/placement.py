"""Where the Pods of a run go: as the job says now, although what they run is settled. Pure.

A run carries the spec that it was made for, and placement is no part of a version: who corrects a
node selector or a pull secret wants the run that waits for it to go on, not another one.
"""

from __future__ import annotations

from typing import Any

from swirl.api.pods import PLACEMENT_FIELDS
from swirl_operator.runtime.digest import short_digest
from swirl_operator.runtime.interface import Object

_PLACES = ((), ("spark", "driver"), ("spark", "executor"))


def present_placement(carried: Object, present: Object) -> Object:
    """The spec that a run carries, with the placement of the job's present spec of that version."""
    found = carried
    for place in _PLACES:
        kept = {
            name: value
            for name, value in _pod(carried, place).items()
            if name not in PLACEMENT_FIELDS
        }
        found = _with_pod(found, place, kept | _placement(_pod(present, place)))
    return found


def digest_of_placement(spec: Object) -> str:
    """Short, and equal for specs that place their Pods alike."""
    return short_digest([_placement(_pod(spec, place)) for place in _PLACES])


def _placement(pod: Object) -> Object:
    return {name: value for name, value in pod.items() if name in PLACEMENT_FIELDS and value}


def _pod(spec: Object, place: tuple[str, ...]) -> Object:
    node: Any = spec
    for step in place:
        node = node.get(step) or {}
    return node.get("pod") or {}


def _with_pod(spec: Object, place: tuple[str, ...], pod: Object) -> Object:
    if place:
        first, *rest = place
        return {**spec, first: _with_pod(spec.get(first) or {}, tuple(rest), pod)}
    if not pod:
        return {name: value for name, value in spec.items() if name != "pod"}
    return {**spec, "pod": pod}
