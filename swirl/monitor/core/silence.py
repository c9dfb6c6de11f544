"""When no points is no accident: a source is silent once it pauses longer than it ever does.

Most sources report every second or so, and a span of windows without a point means that they are
gone. Some report more seldom than that, or come to. How long they pause is seen as long as nothing
is broken, and twice as long is waited for them.
"""

from __future__ import annotations

from collections import deque

from swirl.monitor.core.samples import SPAN_WINDOWS

_MEMORY = 180
_FEW = 6


class Silence:
    """The pauses of one source.

    Attributes:
        idle: windows without a point since the last one that had any.
        patience: windows without a point that mean silence.
    """

    def __init__(self) -> None:
        self.idle = 0
        self.patience = SPAN_WINDOWS
        self._pauses: deque[int] = deque(maxlen=_MEMORY)
        self._heard = False

    def step(self, heard: bool, *, learning: bool) -> None:
        """Take a window: whether anything was heard in it, and whether it is one to learn from."""
        if not heard:
            self.idle += 1
            return
        if learning and self._heard:
            self._pauses.append(self.idle)
            self.patience = max(SPAN_WINDOWS, 2 * self._usual() + 1)
        self._heard = True
        self.idle = 0

    @property
    def silent(self) -> bool:
        """Whether the source has been idle for so long."""
        return self.idle >= self.patience

    def _usual(self) -> int:
        """The longest pause that is usual: of many, what came but once is not."""
        longest = sorted(self._pauses)[-2:]
        return longest[-1] if len(self._pauses) < _FEW else longest[0]
