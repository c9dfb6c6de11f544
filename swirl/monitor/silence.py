"""When no points is no accident: a source is silent once it pauses longer than it ever did.

Most sources report every second or so, and a span of windows without a point means that they are
gone. Some report more seldom than that. How long they pause is seen while learning, and twice as
long is waited for them.
"""

from __future__ import annotations

from swirl.monitor.samples import SPAN_WINDOWS


class Silence:
    """The pauses of one source.

    Attributes:
        idle: windows without a point since the last one that had any.
    """

    def __init__(self) -> None:
        self.idle = 0
        self._longest = 0
        self._heard = False

    def step(self, heard: bool, *, learning: bool) -> None:
        """Take a window: whether anything was heard in it, and whether it is one to learn from."""
        if not heard:
            self.idle += 1
            return
        if learning and self._heard:
            self._longest = max(self._longest, self.idle)
        self._heard = True
        self.idle = 0

    @property
    def patience(self) -> int:
        """Windows without a point that mean silence."""
        return max(SPAN_WINDOWS, 2 * self._longest + 1)

    @property
    def silent(self) -> bool:
        """Whether the source has been idle for so long."""
        return self.idle >= self.patience
