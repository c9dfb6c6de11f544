"""Lines that show a person that a long step is alive, and for how long it has been."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

QUIET_SECONDS = 10.0
TERMINAL_INTERVAL = 1.0


class Progress:
    """Prints lines with the time since the start, and remembers how long each step took.

    Args:
        stream: Where to; standard error by default.
        clock: Seconds, from any beginning.
        interval: How often `working` speaks; a terminal sees one line count up, a log sees a plain
            line every ten seconds.
    """

    def __init__(
        self,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
        *,
        interval: float | None = None,
    ) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._terminal = self._stream.isatty()
        self._interval = interval or (TERMINAL_INTERVAL if self._terminal else QUIET_SECONDS)
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
        """Print one line that stays, or several with the time before the first."""
        self._write(text, stays=True)

    def alive(self, text: str) -> None:
        """Print the line if nothing was printed for ten seconds."""
        if self._clock() - self._last_line >= QUIET_SECONDS:
            self.say(f"  … {text}")

    @contextmanager
    def step(self, name: str, title: str) -> Iterator[None]:
        """A step that speaks for itself: its title, and once it succeeded its time in `timings`."""
        self.say(title)
        start = self._clock()
        yield
        self.timings[name] = round(self._clock() - start, 1)

    @contextmanager
    def working(self, title: str) -> Iterator[None]:
        """A step that cannot speak: its title is repeated until it ends."""
        done = threading.Event()

        def repeat() -> None:
            while not done.wait(self._interval):
                self._write(title, stays=not self._terminal)

        self._write(title, stays=not self._terminal)
        ticker = threading.Thread(target=repeat, name="progress", daemon=True)
        ticker.start()
        try:
            yield
        finally:
            done.set()
            ticker.join()
            if self._terminal:
                self._write(title, stays=True)

    def _write(self, text: str, *, stays: bool) -> None:
        with self._lock:
            self._last_line = self._clock()
            first, *more = text.splitlines() or [""]
            lines = [f"[{stamp(self.elapsed)}] {first}", *(f"{'':9}{line}" for line in more)]
            block = "\n".join(lines)
            if self._terminal:
                # Clear the line first: the one being replaced may have been longer.
                self._stream.write(f"\r\x1b[K{block}" + ("\n" if stays else ""))
            else:
                self._stream.write(block + "\n")
            self._stream.flush()


def stamp(seconds: float) -> str:
    """Minutes and seconds, as `  1:05`."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes:3d}:{rest:02d}"
