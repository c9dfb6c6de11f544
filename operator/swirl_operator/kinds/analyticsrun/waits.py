"""How long a run may wait for something before somebody has to look: pure.

A stream is there to run: whatever keeps it from that for too long makes it not Ready. A Batch run
that waits for room waits its turn; what does not come by itself makes it not Ready as well. Either
goes on by itself when the cause is gone.
"""

from __future__ import annotations

from datetime import timedelta

from swirl.wire.reasons import Kind, OutcomeReason
from swirl_operator.status.overdue import PATIENCE
from swirl_operator.status.reasons import AnyReason, Reason

STARTING_PATIENCE = timedelta(minutes=10)
"""While nothing is wrong that anybody knows of: a large image on a new node takes some minutes."""

_ASKED_FOR = (Reason.SUSPENDED, Reason.CANCELLING, Reason.JOB_NOT_FOUND, Reason.ORPHANED)
_STARTING = (Reason.DRIVER_STARTING, Reason.DRIVER_RUNNING, Reason.EXECUTORS_STARTING)
_ITS_TURN = (OutcomeReason.UNSCHEDULABLE, OutcomeReason.QUOTA_EXCEEDED)


def patience(reason: AnyReason, *, streaming: bool, is_down: bool = False) -> timedelta | None:
    """How long a run may be under way for that reason; None for ever.

    Args:
        reason: why it is not Ready.
        streaming: whether it is a stream.
        is_down: whether somebody was told to look already. What starts then is one more try, and no
            reason to take that back.
    """
    if streaming:
        if reason in _ASKED_FOR:
            return None
        return STARTING_PATIENCE if reason in _STARTING and not is_down else PATIENCE
    waits = isinstance(reason, OutcomeReason) and reason.kind is Kind.WAIT
    waits = waits or reason in (OutcomeReason.PLATFORM_ERROR, Reason.CHILD_REFUSED)
    return PATIENCE if waits and reason not in _ITS_TURN else None
