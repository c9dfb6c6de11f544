"""kstatus, the rules by which Helm, Flux and Argo CD read any object's state, for assertions.

Written from the documented rules: a deletion is Terminating; a spec that the status does not speak
of, or Reconciling=True, is InProgress; Stalled=True is Failed; Ready=True is Current, and any
other Ready is InProgress.
"""

from __future__ import annotations

import re
from typing import Any, Literal

State = Literal["Terminating", "InProgress", "Failed", "Current"]

_REASON = re.compile(r"[A-Z][A-Za-z0-9]*")


def compute(obj: dict[str, Any]) -> State:
    """The state that tools show for the object."""
    metadata, status = obj["metadata"], obj.get("status") or {}
    if metadata.get("deletionTimestamp"):
        return "Terminating"
    if status.get("observedGeneration", metadata["generation"]) != metadata["generation"]:
        return "InProgress"
    said = {c["type"]: c["status"] for c in status.get("conditions") or ()}
    if said.get("Reconciling") == "True":
        return "InProgress"
    if said.get("Stalled") == "True":
        return "Failed"
    return "Current" if said.get("Ready") == "True" else "InProgress"


def violations(obj: dict[str, Any]) -> list[str]:
    """What is wrong with the object's conditions; empty when they are as they should be."""
    found = []
    conditions = (obj.get("status") or {}).get("conditions") or []
    said = {c["type"]: c["status"] for c in conditions}
    if len(said) != len(conditions):
        found.append("a condition type is there twice")
    if "Ready" not in said:
        found.append("Ready is missing")
    if said.get("Reconciling") == "True" and said.get("Stalled") == "True":
        found.append("Reconciling and Stalled together")
    abnormal = {kind for kind in ("Reconciling", "Stalled") if said.get(kind) == "True"}
    if said.get("Ready") == "True" and abnormal:
        found.append(f"Ready together with {', '.join(sorted(abnormal))}")
    if said.get("Ready") in ("False", "Unknown") and not abnormal:
        found.append("not Ready, and neither Reconciling nor Stalled says why")
    for condition in conditions:
        name = condition["type"]
        if not _REASON.fullmatch(condition["reason"]):
            found.append(f"{name}: reason {condition['reason']!r} is not CamelCase")
        if not condition["message"].strip():
            found.append(f"{name}: message is empty")
        if condition.get("observedGeneration") != obj["metadata"]["generation"]:
            found.append(f"{name}: speaks of another generation")
    return found
