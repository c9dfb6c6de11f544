"""Lines that show a person that a long step is alive, and for how long it has been."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

PLAIN_INTERVAL = 10.0
TERMINAL_INTERVAL = 1.0


class Progress:
    """Prints `[ 42s] doing this`; a terminal sees one line count up, a log sees plain lines."""

    def __init__(self, stream: TextIO | None = None, *, interval: float | None = None) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._terminal = self._stream.isatty()
        self._interval = interval or (TERMINAL_INTERVAL if self._terminal else PLAIN_INTERVAL)
        self._begin = time.monotonic()
        self._lock = threading.Lock()

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self._begin

    def say(self, message: str) -> None:
        """One line that stays."""
        self._write(message, stays=True)

    @contextmanager
    def step(self, message: str) -> Iterator[None]:
        """Announce a step and keep announcing it until the block ends."""
        done = threading.Event()

        def repeat() -> None:
            while not done.wait(self._interval):
                self._write(message, stays=not self._terminal)

        self._write(message, stays=not self._terminal)
        ticker = threading.Thread(target=repeat, name="progress", daemon=True)
        ticker.start()
        try:
            yield
        finally:
            done.set()
            ticker.join()
            if self._terminal:
                self._write(message, stays=True)

    def _write(self, message: str, *, stays: bool) -> None:
        line = f"[{self.elapsed:3.0f}s] {message}"
        with self._lock:
            if self._terminal:
                # Clear the line first: the one being replaced may have been longer.
                self._stream.write(f"\r\x1b[K{line}" + ("\n" if stays else ""))
            else:
                self._stream.write(line + "\n")
            self._stream.flush()
