"""Waiting for something with a limit, and saying why it never came."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from localcluster.command import last_lines
from localcluster.errors import ClusterError

POLL_SECONDS = 0.1


class NeverError(Exception):
    """What is waited for will not come: there is no use in waiting on."""


def until(
    subject: str,
    check: Callable[[], str],
    *,
    timeout: float,
    logs: tuple[Path, ...] = (),
) -> None:
    """Return when `check` has no complaint left (an empty string)."""
    deadline = time.monotonic() + timeout
    try:
        while complaint := check():
            if time.monotonic() > deadline:
                raise _failure(f"{subject} not ready after {timeout:.0f} s: {complaint}", logs)
            time.sleep(POLL_SECONDS)
    except NeverError as error:
        raise _failure(f"{subject} cannot get ready: {error}", logs) from error


def _failure(what: str, logs: tuple[Path, ...]) -> ClusterError:
    return ClusterError(
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
