"""Waiting for something with a limit, and saying what was seen meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from devtools.errors import ToolError
from devtools.progress import Progress

T = TypeVar("T")


@dataclass(frozen=True)
class Seen(Generic[T]):
    """One look: the value that was waited for, or None, and the state in words."""

    value: T | None
    state: str


class TimedOut(ToolError):
    """It did not come about in time."""


def wait_for(
    what: str,
    look: Callable[[], Seen[T]],
    progress: Progress | None = None,
    *,
    timeout: float,
    interval: float = 1.0,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> T:
    """Look until there is a value.

    Args:
        what: What is waited for, as in "the pod".
        look: Looks once. What it raises ends the waiting: it knows when that is in vain.
        progress: Gets each new state.
        timeout: Seconds.
        interval: Seconds between two looks.
        clock: Seconds, from any beginning.
        sleep: Lets that many seconds pass.

    Raises:
        TimedOut: There was none for `timeout` seconds.
    """
    deadline = clock() + timeout
    said = ""
    while True:
        seen = look()
        if seen.value is not None:
            return seen.value
        if clock() >= deadline:
            raise TimedOut(f"waited {timeout:.0f} s for {what}; last seen: {seen.state}")
        if progress is not None:
            if seen.state != said:
                progress.say(f"  … {what}: {seen.state}")
                said = seen.state
            progress.alive(f"{what}: {seen.state}")
        sleep(interval)
