"""When an anomaly is more than a blip, and when it began."""

from __future__ import annotations

from dataclasses import dataclass

from swirl.monitor.core.samples import SPAN_WINDOWS

FREAK_WINDOWS = SPAN_WINDOWS + 1
"""So many windows in a row may be outside because of one report: it may lie across two windows, and
each is part of the spans after it."""


@dataclass(slots=True)
class Persistence:
    """Counts the anomalous windows of one metric.

    Attributes:
        needed: windows in a row that make an anomaly count.
        streak: anomalous windows in a row so far.
        onset: first window of the anomaly, None if there is none.
        sustained: whether more than a single freak window is behind the streak.
        calm: windows in the band since the last anomalous one.
    """

    needed: int
    streak: int = 0
    onset: int | None = None
    sustained: bool = False
    calm: int = 0

    def step(
        self, index: int, anomalous: bool, *, begin: int | None = None, sustained: bool = True
    ) -> None:
        """Take the judgement of window `index`.

        Args:
            index: the window.
            anomalous: whether the metric is outside its band.
            begin: where the anomaly began, if that is known to be before this window.
            sustained: whether the metric would be outside even without its worst window.
        """
        if not anomalous:
            self.streak = 0
            self.onset = None
            self.sustained = False
            self.calm += 1
            return
        if self.onset is None:
            self.onset = index if begin is None else begin
        self.streak += 1
        self.sustained = self.sustained or sustained
        self.calm = 0

    @property
    def suspected(self) -> bool:
        """Whether the last window was anomalous."""
        return self.streak > 0

    @property
    def confirmed(self) -> bool:
        """Whether enough windows in a row were, and not all by the same freak."""
        lasting = self.sustained or self.streak > FREAK_WINDOWS
        return self.streak >= self.needed and lasting
