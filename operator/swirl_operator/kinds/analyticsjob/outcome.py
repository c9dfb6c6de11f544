"""How a run stands, as its conditions say it."""

from __future__ import annotations

from typing import Literal

from swirl_operator.runtime.plan import Object

Outcome = Literal["Running", "Succeeded", "Failed"]


def condition(obj: Object, kind: str) -> Object | None:
    """The condition of that type, if the object has one."""
    for item in (obj.get("status") or {}).get("conditions") or ():
        if item["type"] == kind:
            return dict(item)
    return None


def outcome_of(run: Object) -> Outcome:
    """Running until its `Succeeded` condition is decided."""
    succeeded = condition(run, "Succeeded")
    if succeeded is None or succeeded["status"] == "Unknown":
        return "Running"
    return "Succeeded" if succeeded["status"] == "True" else "Failed"
