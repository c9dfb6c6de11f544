"""Errors of a run that another attempt cannot cure."""

from __future__ import annotations

from typing import ClassVar

from swirl.errors import SwirlError


class PermanentError(SwirlError):
    """The run fails without another attempt.

    Attributes:
        reason: one CamelCase word, which the run is reported under.
    """

    reason: ClassVar[str] = "Permanent"


class InvalidRun(PermanentError):
    """What the driver was told about its run cannot be used."""

    reason = "InvalidRun"
