"""A pace: so many at once, and then so many a second."""

from __future__ import annotations

import time
from collections.abc import Callable


class Pace:
    """A token bucket.

    Args:
        at_once: that are allowed after a pause.
        per_second: that are allowed in the long run.
        clock: monotonic.
    """

    def __init__(
        self,
        *,
        at_once: float,
        per_second: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._at_once = at_once
        self._per_second = per_second
        self._clock = clock
        self._left = at_once
        self._at = clock()

    def allows(self) -> bool:
        """Whether there may be one more now, which then counts."""
        now = self._clock()
        self._left = min(self._at_once, self._left + (now - self._at) * self._per_second)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
