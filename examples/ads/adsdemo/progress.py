"""Lines that show that the demo is alive, and how long it has been."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

QUIET_SECONDS = 10.0


class Progress:
    """Prints lines with the time since the start, and remembers how long each step took."""

    def __init__(
        self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream or sys.stdout
        self._clock = clock
        self._start = clock()
        self._last_line = self._start
        self._lock = threading.Lock()
        self.timings: dict[str, float] = {}

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return self._clock() - self._start

    def say(self, text: str) -> None:
        """Print one line, or several with the time before the first."""
        with self._lock:
            self._last_line = self._clock()
            first, *more = text.splitlines() or [""]
            lines = [f"[{stamp(self.elapsed)}] {first}", *(f"{'':9}{line}" for line in more)]
            self._stream.write("\n".join(lines) + "\n")
            self._stream.flush()

    def alive(self, text: str) -> None:
        """Print the line if nothing was printed for ten seconds."""
        if self._clock() - self._last_line >= QUIET_SECONDS:
            self.say(f"  … {text}")

    @contextmanager
    def step(self, name: str, title: str) -> Iterator[None]:
        """A step: its title before, and its duration in `timings` after it succeeded."""
        self.say(title)
        start = self._clock()
        yield
        self.timings[name] = round(self._clock() - start, 1)


def stamp(seconds: float) -> str:
    """Minutes and seconds, as `  1:05`."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes:3d}:{rest:02d}"
