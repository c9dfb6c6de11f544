"""From the totals of windows to the value of a metric.

A value is taken over a span of the last three windows, once per window. Sources report in batches,
often every 2 to 5 s, so that one window of 5 s may hold one batch and its neighbour two; over a
single window a steady source would seem to double and halve. For rates even a span is not enough
(three batches or four), so a rate is divided by the time its batches cover: from the last point
before the window to the last point within.

A span repeats each window three times, so one freak window would look like a lasting anomaly.
`Sampler.without_each` tells the two apart: the value of the span with each window left out in turn.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from swirl.api.v1alpha1.swirlmonitor import Metric
from swirl.monitor.core.windows import Totals

SPAN_WINDOWS = 3


@dataclass(frozen=True, slots=True)
class Sample:
    """The value of a metric at the end of a window.

    Attributes:
        value: None if there is nothing to say, because no points came.
        exposure: how much observation the value rests on: seconds for rates and sums, the
            denominator for ratios, 0 for readings.
        counts: whether the value is made of counted events, whose noise is known from their number.
        whole: whether all points behind it were whole numbers.
    """

    value: float | None
    exposure: float = 0.0
    counts: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class _Part:
    """What a window gives to a value: a numerator and a denominator, or a greatest reading.

    It also tells whether its points are whole numbers.
    """

    numerator: float
    denominator: float
    peak: float
    whole: bool


class Sampler:
    """Remembers the last windows of one metric and values them."""

    def __init__(self, metric: Metric, window_ms: int) -> None:
        self._metric = metric
        self._window_ms = window_ms
        self._parts: deque[_Part | None] = deque(maxlen=SPAN_WINDOWS)
        self._last: int | None = None
        self._whole = True

    def step(
        self,
        index: int,
        source: Totals | None,
        divisor: Totals | None,
        reach: int = SPAN_WINDOWS,
    ) -> None:
        """Take the totals of a window.

        Args:
            index: of the window.
            source, divisor: its totals; the divisor's count only for a ratio.
            reach: windows that a batch may report on; a longer pause is none of its business.
        """
        self._parts.append(self._part(index, source, divisor, reach))
        for totals in (source, divisor):
            if totals is not None and not totals.whole:
                self._whole = False
        if source is not None:
            self._last = source.last

    @property
    def heard(self) -> bool:
        """Whether the last window holds anything to make a value of."""
        part = self._parts[-1]
        return part is not None and part.denominator > 0

    def span(self) -> Sample:
        """The value over the last windows."""
        return self._sample(self._parts)

    def alone(self) -> Sample:
        """The value of the last window by itself."""
        return self._sample([self._parts[-1]])

    def without_each(self) -> list[Sample]:
        """The span without one of its windows, for each that holds anything; empty if only one."""
        known = [part for part in self._parts if part is not None]
        if len(known) < 2:
            return []
        return [self._sample(known[:i] + known[i + 1 :]) for i in range(len(known))]

    def _part(
        self, index: int, source: Totals | None, divisor: Totals | None, reach: int
    ) -> _Part | None:
        if self._metric.divided_by is not None:
            if divisor is None:
                return None
            return _Part(0.0 if source is None else source.sum, divisor.sum, 0.0, False)
        if source is None:
            return None
        if self._metric.aggregation == "Mean":
            return _Part(source.sum, source.count, source.peak, source.whole)
        if self._metric.aggregation == "Max":
            return _Part(0.0, 1.0, source.peak, source.whole)
        covered = self._covered(index, source.last, reach)
        return _Part(source.sum, covered, source.peak, source.whole)

    def _covered(self, index: int, last: int, reach: int) -> float:
        """Seconds that the batches of window `index` report on."""
        length = self._window_ms
        if self._last is None or self._last < (index - reach) * length:
            return length / 1000
        return max(last - self._last, length / 10) / 1000

    def _sample(self, parts: Iterable[_Part | None]) -> Sample:
        known = [part for part in parts if part is not None]
        denominator = sum(part.denominator for part in known)
        if denominator <= 0:
            return Sample(None)
        metric = self._metric
        whole = all(part.whole for part in known)
        if metric.divided_by is None and metric.aggregation == "Max":
            return Sample(max(part.peak for part in known), whole=whole)
        value = sum(part.numerator for part in known) / denominator
        if metric.divided_by is None and metric.aggregation == "Mean":
            return Sample(value, whole=whole)
        if metric.divided_by is None and metric.aggregation == "Sum":
            length = self._window_ms / 1000
            return Sample(value * length, denominator / length, self._whole)
        return Sample(value, denominator, self._whole)
