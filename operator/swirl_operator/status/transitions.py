"""Events for what changed in the conditions, so that `kubectl describe` tells the story."""

from __future__ import annotations

from collections.abc import Sequence

from swirl_operator.runtime.interface import Event, Object


def transitions(before: Sequence[Object], after: Sequence[Object]) -> tuple[Event, ...]:
    """One event for a new state of `Ready`, one for a fall or a recovery of `Healthy`."""
    old = {condition["type"]: condition for condition in before}
    events = []
    for condition in after:
        was = old.get(condition["type"])
        if condition["type"] == "Ready":
            if was is None or _state(was) != _state(condition):
                events.append(_event(condition))
        elif condition["type"] == "Healthy" and was is not None:
            statuses = (was["status"], condition["status"])
            if statuses[0] != statuses[1] and "False" in statuses:
                events.append(_event(condition))
    return tuple(events)


def _state(condition: Object) -> tuple[str, str]:
    return condition["status"], condition["reason"]


def _event(condition: Object) -> Event:
    bad = condition["status"] == "False"
    return Event("Warning" if bad else "Normal", condition["reason"], condition["message"])
