"""Conditions by the kstatus rules, so that kubectl, Helm, Flux and Argo CD read them alike.

`Ready=Unknown` with `Reconciling=True` while something is under way, `Ready=False` with
`Stalled=True` when it failed and waiting cannot help. The three are always said together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from swirl_operator.status.times import to_text

Object = dict[str, Any]
Status = Literal["True", "False", "Unknown"]

_LONGEST_MESSAGE = 4096


@dataclass(frozen=True, slots=True)
class Finding:
    """What is to be said under one condition type."""

    type: str
    status: Status
    reason: str
    message: str


def ready(reason: str, message: str) -> tuple[Finding, ...]:
    """As asked."""
    return (Finding("Ready", "True", reason, message),)


def under_way(reason: str, message: str) -> tuple[Finding, ...]:
    """Not yet as asked, and moving, or waiting for something that may still come."""
    return (
        Finding("Ready", "Unknown", reason, message),
        Finding("Reconciling", "True", reason, message),
    )


def failed(reason: str, message: str) -> tuple[Finding, ...]:
    """Not as asked, and somebody has to do something about it."""
    return (
        Finding("Ready", "False", reason, message),
        Finding("Stalled", "True", reason, message),
    )


def write(
    findings: Iterable[Finding], previous: Sequence[Object], *, generation: int, now: datetime
) -> list[Object]:
    """The `conditions` list, sorted by type. A transition time stands until the status changes."""
    before = {condition["type"]: condition for condition in previous}
    written = []
    for finding in sorted(findings, key=lambda finding: finding.type):
        old = before.get(finding.type)
        same = old is not None and old["status"] == finding.status
        written.append(
            {
                "type": finding.type,
                "status": finding.status,
                "reason": finding.reason,
                "message": finding.message[:_LONGEST_MESSAGE],
                "lastTransitionTime": old["lastTransitionTime"] if old and same else to_text(now),
                "observedGeneration": generation,
            }
        )
    return written
