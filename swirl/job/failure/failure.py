"""What an attempt failed of, as its run will say it."""

from __future__ import annotations

from dataclasses import dataclass

from swirl.wire.reasons import OutcomeReason


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an attempt failed.

    Attributes:
        reason: one of a driver's.
        message: one sentence that names the cause.
        permanent: whether another attempt would fail in the same way.
    """

    reason: OutcomeReason
    message: str
    permanent: bool = False
