"""What to say about an object that its planner cannot make sense of.

The CRD's schema keeps nearly all of them out; what is left was stored before a rule was tightened
or breaks one that a schema cannot state. Such an object marks itself, and only itself.
"""

from __future__ import annotations

from pydantic import ValidationError

from swirl_operator.runtime.interface import Event, Observation, Plan
from swirl_operator.status import conditions
from swirl_operator.status.conditions import Finding


def invalid_plan(
    observation: Observation,
    error: Exception,
    *,
    bounded: bool = False,
    not_ours: tuple[str, ...] = (),
) -> Plan:
    """The Plan that says so; never raises. `bounded` kinds have a `Succeeded` condition too, and
    `not_ours` are status fields that somebody else writes."""
    metadata = observation.obj.get("metadata") or {}
    message = _sentence(error)
    findings: tuple[Finding, ...] = conditions.failed("InvalidSpec", message)
    if bounded:
        findings = (Finding("Succeeded", "False", "InvalidSpec", message), *findings)
    previous = observation.obj.get("status")
    before = previous if isinstance(previous, dict) else {}
    generation = metadata.get("generation", 0)
    status = {
        **{field: value for field, value in before.items() if field not in not_ours},
        "observedGeneration": generation,
        "conditions": conditions.write(
            findings, before.get("conditions") or (), generation=generation, now=observation.now
        ),
    }
    return Plan(status=status, events=(Event("Warning", "InvalidSpec", message),))


def _sentence(error: Exception) -> str:
    if isinstance(error, ValidationError):
        parts = [
            f"spec.{'.'.join(str(step) for step in detail['loc'])}: {detail['msg']}"
            for detail in error.errors()[:5]
        ]
        return "; ".join(parts) + ". Correct the field and apply again."
    return (
        f"{type(error).__name__} while reading the object: {error}. "
        "Compare it with `kubectl explain`, correct it and apply again."
    )
