"""Points in time on the wire: RFC 3339 in UTC, or milliseconds since the Unix epoch."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal, NewType

Millis = NewType("Millis", int)
"""Milliseconds since the Unix epoch."""


def rfc3339(
    moment: datetime, precision: Literal["seconds", "microseconds", "auto"] = "seconds"
) -> str:
    """Return `2026-01-31T12:00:00Z`.

    Args:
        moment: must carry a time zone.
        precision: what is finer is cut off; "auto" writes a fraction only if there is one.

    Raises:
        ValueError: `moment` has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")


def from_rfc3339(text: str) -> datetime:
    """Return the aware datetime of an RFC 3339 text.

    Raises:
        ValueError: it is none, or has no time zone.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return moment


def to_millis(moment: datetime) -> Millis:
    """Return an aware datetime in milliseconds."""
    return Millis(round(moment.timestamp() * 1000))


def millis_to_rfc3339(time: int) -> str:
    """Return a time in milliseconds as RFC 3339; what is finer than a second is cut off."""
    return rfc3339(datetime.fromtimestamp(time // 1000, UTC))


def rfc3339_to_millis(text: str) -> Millis:
    """Return an RFC 3339 text in milliseconds.

    Raises:
        ValueError: it is none, or has no time zone.
    """
    return to_millis(from_rfc3339(text))
