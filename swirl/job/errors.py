"""Errors of a run whose reason is known where they are raised."""

from __future__ import annotations

from typing import ClassVar

from swirl.errors import SwirlError
from swirl.wire.reasons import OutcomeReason


class PermanentError(SwirlError):
    """Another attempt cannot succeed either: the run fails at once, whatever `spec.retry` says.

    A function raises it, or a class of its own below it, where trying again is of no use.

    Attributes:
        reason: what the run is reported under.
    """

    reason: ClassVar[OutcomeReason] = OutcomeReason.USER_ERROR


class InvalidRun(PermanentError):
    """What the driver was told about its run cannot be used."""

    reason = OutcomeReason.INVALID_SPEC


class PlatformFault(SwirlError):
    """Kubernetes did not do its part; another attempt may find that it does."""
