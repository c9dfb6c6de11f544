"""What to say about an object that its planner cannot make sense of.

The CRD's schema keeps nearly all of them out; what is left was stored before a rule was tightened
or breaks one that a schema cannot state. Such an object marks itself, and only itself.
"""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from swirl.wire.reasons import OutcomeReason
from swirl.wire.times import rfc3339
from swirl_operator.runtime.interface import Event, Observation, Plan
from swirl_operator.runtime.objects import status_of
from swirl_operator.status.changes import Outbox
from swirl_operator.status.conditions import Condition, stalled
from swirl_operator.status.frame import frame


class InvalidObject(ValueError):
    """What is wrong with an object, in words for its author: where, what, what to do."""


_CORRECT = "Compare it with `kubectl explain`, correct it and apply again."
_UNKNOWN = "there is no such field"
_OUR_FAULT = "That is a fault of Swirl; what runs is left alone, and goes on when it is mended."
_CORRECT_RUN = "A run cannot be changed: correct what it was made from and create another one."


def invalid_plan(
    observation: Observation[Any],
    error: Exception,
    *,
    bounded: bool = False,
    is_over: bool = True,
    not_ours: tuple[str, ...] = (),
) -> Plan:
    """The Plan that says so; never raises.

    Args:
        observation: the object, as far as it could be read.
        error: what its planner raised.
        bounded: whether the kind has a `Succeeded` condition too.
        is_over: whether such an object has ended with that; otherwise it goes on when it can.
        not_ours: status fields that somebody else writes.
    """
    message = f"{_fault(error)}. {_CORRECT_RUN if bounded else _CORRECT}"
    reason = OutcomeReason.INVALID_SPEC
    if bounded and not is_over and not isinstance(error, ValueError):
        reason, message = OutcomeReason.PLATFORM_ERROR, f"{_fault(error)}. {_OUR_FAULT}"
    conditions = stalled(reason, message)
    before = status_of(observation.obj)
    kept = {field: value for field, value in before.items() if field not in not_ours}
    kept |= Outbox.of(before).fields()
    if bounded:
        ended = Condition("Succeeded", "False" if is_over else "Unknown", reason, message)
        conditions = (ended, *conditions)
    if bounded and is_over:
        kept.setdefault("completionTime", rfc3339(observation.now))
    status = kept | frame(observation, conditions).fields
    return Plan(status=status, events=(Event("Warning", reason, message),))


def _fault(error: Exception) -> str:
    if isinstance(error, ValidationError):
        parts = [
            f"spec.{'.'.join(str(step) for step in detail['loc'])}: "
            f"{_UNKNOWN if detail['type'] == 'extra_forbidden' else detail['msg']}"
            for detail in error.errors()[:5]
        ]
        return "; ".join(parts)
    if isinstance(error, InvalidObject):
        return str(error)
    return f"{type(error).__name__} while reading the object: {error}"
