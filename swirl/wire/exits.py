"""Exit codes of Swirl's own containers: how the operator reads an end without a message."""

from __future__ import annotations

from enum import IntEnum


class DriverExit(IntEnum):
    """How a driver ends."""

    SUCCEEDED = 0
    FAILED = 1
    """May be tried again."""
    PERMANENT = 2
    """Can never succeed as it is."""
    STOPPED = 143
    """Was asked to end: 128 and the number of SIGTERM."""


class ScorerExit(IntEnum):
    """How a scorer ends."""

    STOPPED = 0
    CANNOT_LISTEN = 1
    CANNOT_LOAD = 2
    """The model or the settings cannot be used."""
    GOLDEN_ROWS_DIFFER = 3
    """The model answers otherwise than where it was trained."""


class OperatorExit(IntEnum):
    """How the operator ends."""

    STOPPED = 0
    FAILED = 1
    INVALID_SETTINGS = 2


class MonitorExit(IntEnum):
    """How a monitor ends."""

    STOPPED = 0
    INVALID_SETTINGS = 2
