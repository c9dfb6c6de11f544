"""Waits for something on the cluster, and says what it sees meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from adsdemo.errors import DemoError
from adsdemo.progress import Progress

T = TypeVar("T")


@dataclass(frozen=True)
class Seen(Generic[T]):
    """One look: the value that was waited for, or None, and the state in words."""

    value: T | None
    state: str


class TimedOut(DemoError):
    """It did not come about in time."""


def wait_for(
    what: str,
    look: Callable[[], Seen[T]],
    progress: Progress,
    *,
    timeout: float,
    interval: float = 1.0,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> T:
    """Look until there is a value.

    Raises:
        TimedOut: there was none for `timeout` seconds.
        DemoError: what `look` raised; it knows when waiting is in vain.
    """
    deadline = clock() + timeout
    said = ""
    while True:
        seen = look()
        if seen.value is not None:
            return seen.value
        if clock() >= deadline:
            raise TimedOut(f"waited {timeout:.0f} s for {what}; last seen: {seen.state}")
        if seen.state != said:
            progress.say(f"  … {what}: {seen.state}")
            said = seen.state
        progress.alive(f"{what}: {seen.state}")
        sleep(interval)
