"""Waiting for a part of the cluster, and showing its log if it never comes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from devtools.command import last_lines
from devtools.errors import ToolError
from devtools.wait import Seen, TimedOut, wait_for

POLL_SECONDS = 0.1


class PermanentError(Exception):
    """What is waited for will not come: there is no use in waiting on."""


def until(
    subject: str,
    check: Callable[[], str],
    *,
    timeout: float,
    logs: tuple[Path, ...] = (),
) -> None:
    """Return when `check` has no complaint left (an empty string)."""
    complaint = ""

    def look() -> Seen[bool]:
        nonlocal complaint
        complaint = check()
        return Seen(None if complaint else True, complaint)

    try:
        wait_for(subject, look, timeout=timeout, interval=POLL_SECONDS)
    except TimedOut as error:
        raise _failure(f"{subject} not ready after {timeout:.0f} s: {complaint}", logs) from error
    except PermanentError as error:
        raise _failure(f"{subject} cannot get ready: {error}", logs) from error


def _failure(what: str, logs: tuple[Path, ...]) -> ToolError:
    return ToolError(
        f"{what}{tails(logs)}",
        where=", ".join(str(log) for log in logs),
        remedy="mend the cause and run `up` again; `down` removes what there is",
    )


def tails(logs: tuple[Path, ...]) -> str:
    """The last lines of each log that exists, headed by its name."""
    parts = [
        f"\n--- {log} ---\n{last_lines(log.read_text(encoding='utf-8', errors='replace'))}"
        for log in logs
        if log.exists()
    ]
    return "".join(parts)
