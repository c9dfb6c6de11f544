"""Conditions by the kstatus rules, so that kubectl, Helm, Flux and Argo CD read them alike.

`Ready=Unknown` with `Reconciling=True` while something is under way, `Ready=False` with
`Stalled=True` when it failed and waiting cannot help. The three are always said together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from swirl.wire.times import rfc3339
from swirl_operator.runtime.interface import Object
from swirl_operator.status.reasons import AnyReason

Status = Literal["True", "False", "Unknown"]

_LONGEST_MESSAGE = 4096


@dataclass(frozen=True, slots=True)
class Condition:
    """What is to be said under one condition type; the time is added when it is written."""

    type: str
    status: Status
    reason: AnyReason
    message: str


Conditions = tuple[Condition, ...]


def ready(reason: AnyReason, message: str) -> Conditions:
    """As asked."""
    return (Condition("Ready", "True", reason, message),)


def reconciling(reason: AnyReason, message: str) -> Conditions:
    """Not yet as asked, and moving, or waiting for something that may still come."""
    return (
        Condition("Ready", "Unknown", reason, message),
        Condition("Reconciling", "True", reason, message),
    )


def stalled(reason: AnyReason, message: str) -> Conditions:
    """Not as asked, and somebody has to do something about it."""
    return (
        Condition("Ready", "False", reason, message),
        Condition("Stalled", "True", reason, message),
    )


def write(
    conditions: Iterable[Condition], previous: Sequence[Object], *, generation: int, now: datetime
) -> list[Object]:
    """The `conditions` list, sorted by type. A transition time stands until the status changes."""
    before = {item["type"]: item for item in previous}
    written = []
    for condition in sorted(conditions, key=lambda condition: condition.type):
        old = before.get(condition.type)
        same = old is not None and old["status"] == condition.status
        written.append(
            {
                "type": condition.type,
                "status": condition.status,
                "reason": condition.reason,
                "message": condition.message[:_LONGEST_MESSAGE],
                "lastTransitionTime": old["lastTransitionTime"] if old and same else rfc3339(now),
                "observedGeneration": generation,
            }
        )
    return written
