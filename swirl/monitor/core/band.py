"""What is normal for a metric: a band learned from healthy windows.

The centre is the median of the windows remembered. The width follows from how much the metric
really varies (robust: one wild window does not widen it) and, for counted events, from how much it
must vary: half an invalid record a second is 0 to 20 records in a span, by chance alone. Both are
put as an *effective count* n, the size of a Poisson count with the same relative noise; the edges
are where its deviance reaches sensitivity squared. So a noisy metric's lower edge comes near zero
but stays above it as long as zero would be a surprise, and a drop to zero is seen.
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from swirl.monitor.core.samples import Sample

Direction = Literal["High", "Low", "Silent"]

HIGH: Final = "High"
LOW: Final = "Low"
SILENT: Final = "Silent"

_MAD_TO_SIGMA = 1.4826
_DECILES_TO_SIGMA = 1 / 2.563
_FEW = 30
_COLLAPSE = 0.1
_RELEARN_EVERY = 6


@dataclass(frozen=True, slots=True)
class Band:
    """The learned band of one metric.

    Attributes:
        median: what is normal.
        sigma: robust standard deviation of the windows it was learned from.
        least: the least value among them; negative values rule out everything relative to zero.
        most: the greatest value among them.
        windows: how many they were.
        whole: whether they are readings that were whole numbers, all of them.
        sensitivity: half width in standard deviations.
        relative: half width, at least, as a fraction of the median.
    """

    median: float
    sigma: float
    least: float
    most: float
    windows: int
    whole: bool
    sensitivity: float
    relative: float

    def edges(self, sample: Sample, *, ratio: bool = False) -> tuple[float, float]:
        """The lowest and highest normal value for a sample of this exposure."""
        # Few windows know their own spread badly: the band is wider until there are more.
        sigma = self.sigma * (1 + 4 / self.windows)
        if self.least < 0:
            half = max(self.sensitivity * sigma, self.relative * abs(self.median))
            return self.median - half, self.median + half
        centre, counted = self._count(sample, ratio)
        varied = (centre / sigma) ** 2 if sigma > 0 else math.inf
        if varied < 1:
            # Mostly zero, now and then not: relative to the centre everything would be possible.
            low, high = 0.0, centre * _factors(_rounded(counted), self.sensitivity)[1]
            high = max(high, self.median + self.sensitivity * sigma)
        else:
            n = _rounded(min(counted, varied))
            low, high = (centre * factor for factor in _factors(n, self.sensitivity))
        if (
            self.windows >= _FEW
            and self.sensitivity**2 < 2 * counted  # zero would not come by chance
        ):
            # However noisy: all but nothing, when there never was so little, is not noise.
            low = max(low, min(_COLLAPSE * self.median, self.least / 2))
        low = min(low, self.median * (1 - self.relative))
        high = max(high, self.median * (1 + self.relative))
        if self.whole and sample.whole:
            # A gauge that stood still at 2 may go to 3: one step of an integer is not a signal. To
            # go to nothing is one.
            low = min(low, max(self.median - 3, self.least / 2))
            high = max(high, self.median + 3)
        if ratio and self.most <= 1:
            high = min(high, 1.0)
        return max(low, 0.0), high

    def direction(self, sample: Sample, *, ratio: bool = False) -> Direction | None:
        """High, Low, or None if the sample is in the band or has no value."""
        if sample.value is None:
            return None
        low, high = self.edges(sample, ratio=ratio)
        # A band drawn from sums must not be left by the last bit of a sum.
        slack = 1e-9 * max(abs(low), abs(high))
        if sample.value > high + slack:
            return HIGH
        if sample.value < low - slack:
            return LOW
        return None

    def _count(self, sample: Sample, ratio: bool) -> tuple[float, float]:
        """Centre and effective count that follow from counting alone."""
        if not sample.counts or sample.exposure <= 0:
            return self.median, math.inf
        # Half an event more than expected, so that "never so far" still allows a few.
        expected = self.median * sample.exposure + 0.5
        if ratio and self.most <= 1:
            absent = max(1 - self.median, 1 / (sample.exposure + 1))
            return expected / sample.exposure, expected / absent
        return expected / sample.exposure, expected


class BandLearner:
    """Remembers the healthy windows of one metric, the last `memory` of them.

    Adapts slowly by construction: the band is drawn from all that is remembered. A window is not
    learned from at once but `delay` windows later, so that what turns out to be the beginning of a
    fault can be forgotten before it counts. There is no band before `needed` windows are known.
    """

    def __init__(
        self, memory: int, delay: int, needed: int, sensitivity: float, relative: float
    ) -> None:
        self._memory: deque[tuple[float, bool]] = deque()
        self._sorted: list[float] = []
        self._size = memory
        self._delay = delay
        self._needed = needed
        self._sensitivity = sensitivity
        self._relative = relative
        self._waiting: deque[tuple[int, float, bool]] = deque()
        self.band: Band | None = None

    def start(self, samples: list[Sample]) -> None:
        """Take the first windows, all of them held to be healthy."""
        for sample in samples:
            if sample.value is not None:
                self._admit(sample.value, sample.whole)
        self._draw()

    def learn(self, index: int, sample: Sample) -> None:
        """Take one healthy window, in the order of time."""
        if sample.value is not None:
            self._waiting.append((index, sample.value, sample.whole))
        admitted = False
        while self._waiting and self._waiting[0][0] <= index - self._delay:
            _, value, whole = self._waiting.popleft()
            self._admit(value, whole)
            admitted = True
        # At fixed windows, not every so many: two engines that began at different times agree.
        if admitted and (self.band is None or index % _RELEARN_EVERY == 0):
            self._draw()

    def forget_waiting(self) -> None:
        """Drop the windows not yet learned from: a fault began among them."""
        self._waiting.clear()

    def __len__(self) -> int:
        return len(self._memory)

    def _admit(self, value: float, whole: bool) -> None:
        self._memory.append((value, whole))
        insort(self._sorted, value)
        if len(self._memory) > self._size:
            old, _ = self._memory.popleft()
            del self._sorted[bisect_left(self._sorted, old)]

    def _draw(self) -> None:
        values = self._sorted
        if len(values) < self._needed:
            return
        centre = _quantile(values, 0.5)
        deviations = sorted(abs(value - centre) for value in values)
        sigma = _MAD_TO_SIGMA * _quantile(deviations, 0.5)
        if len(values) >= _FEW:
            # Two levels in turn have a MAD of zero as long as one of them has the majority.
            spread = _quantile(values, 0.9) - _quantile(values, 0.1)
            sigma = max(sigma, spread * _DECILES_TO_SIGMA)
        self.band = Band(
            median=centre,
            sigma=sigma,
            least=values[0],
            most=values[-1],
            windows=len(values),
            whole=all(whole for _, whole in self._memory),
            sensitivity=self._sensitivity,
            relative=self._relative,
        )


def _quantile(values: list[float], q: float) -> float:
    place = (len(values) - 1) * q
    below = math.floor(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (place - below)


def _rounded(n: float) -> float:
    """Three digits: enough for an edge, few enough to be found again in the cache."""
    return n if math.isinf(n) or n <= 0 else float(f"{n:.3g}")


@lru_cache(maxsize=8192)
def _factors(n: float, sensitivity: float) -> tuple[float, float]:
    """Where a Poisson count of mean n has a deviance of sensitivity squared, as multiples of n."""
    if math.isinf(n):
        return 1.0, 1.0
    if n <= 0:
        return 0.0, math.inf
    target = sensitivity**2 / (2 * n)

    def excess(q: float) -> float:
        return q * math.log(q) - q + 1 - target

    top = 2.0
    while excess(top) < 0:
        top *= 2
    return (0.0 if target >= 1 else _root(excess, 1.0, 1e-12)), _root(excess, 1.0, top)


def _root(excess: Callable[[float], float], inside: float, outside: float) -> float:
    for _ in range(50):
        middle = (inside + outside) / 2
        if excess(middle) < 0:
            inside = middle
        else:
            outside = middle
    return outside
