"""Everything the engine remembers of one metric, from its windows to its anomaly."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from swirl.api.v1alpha1.swirlmonitor import Metric
from swirl.monitor.core.band import SILENT, BandLearner, Direction
from swirl.monitor.core.diagnose import Anomaly
from swirl.monitor.core.persistence import Persistence
from swirl.monitor.core.samples import SPAN_WINDOWS, Sample, Sampler
from swirl.monitor.core.silence import Silence
from swirl.monitor.core.tuning import Tuning
from swirl.monitor.core.windows import Totals

SETTLE_WINDOWS = 1
"""Windows to wait after the first confirmed anomaly, as metrics further upstream may report later
than those downstream."""

LONG_PAUSE = 7
"""Of a source that is waited for longer than so many windows, one report has to do."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the last window says of a metric; low and high are None while learning."""

    value: float | None
    low: float | None
    high: float | None
    direction: Direction | None


class Series:
    """One metric on its way through time.

    Args:
        metric: which.
        tuning: how to judge it.
        selectors: where its source and its divisor are among the totals of a window.
    """

    def __init__(self, metric: Metric, tuning: Tuning, selectors: tuple[int, int | None]) -> None:
        self.metric = metric
        self.source, self.divisor = selectors
        self.sampler = Sampler(metric, tuning.window_ms)
        self.learner = BandLearner(
            memory=tuning.band_windows,
            delay=tuning.persist_windows + SPAN_WINDOWS + SETTLE_WINDOWS,
            needed=tuning.learn_windows,
            sensitivity=tuning.sensitivity,
            relative=tuning.relative_width,
        )
        self.persistence = Persistence(tuning.persist_windows)
        self.silence = Silence()
        self.sample = Sample(None)
        self.direction: Direction | None = None
        self._alone: deque[Direction | None] = deque(maxlen=SPAN_WINDOWS)
        self._reports = 0

    def take(self, index: int, totals: list[Totals | None], *, learning: bool) -> Sample:
        """Take the totals of window `index`; return the metric's value.

        Pauses of the source are `learning` material unless something is broken.
        """
        divisor = None if self.divisor is None else totals[self.divisor]
        self.sampler.step(index, totals[self.source], divisor, self.silence.patience)
        self.sample = self.sampler.span()
        self.silence.step(self.sampler.heard, learning=learning)
        return self.sample

    def judge(self, index: int) -> None:
        """Hold the value against the band."""
        single, before = self._direction(self.sampler.alone()), list(self._alone)
        self._alone.append(single)
        if self.sample.value is None and self.metric.silence == "Anomalous":
            if not self.silence.silent:
                return  # a pause that is usual here: nothing new in either direction
            self.direction = SILENT
            self.persistence.step(index, True, begin=index + 1 - self.silence.idle)
            return
        self.direction = self._direction(self.sample)
        if self.direction is None:
            self._reports = 0
            self.persistence.step(index, False)
            return
        self._reports += self.sampler.heard
        # The span blurs the beginning; single windows next to it show it more exactly.
        begin = index
        while before and before.pop() == self.direction:
            begin -= 1
        self.persistence.step(
            index,
            True,
            begin=max(begin, index + 1 - SPAN_WINDOWS),
            sustained=self._sustained(),
        )

    def _sustained(self) -> bool:
        """Whether more than one report is behind the anomaly, as far as one can wait for more."""
        rest = [self._direction(sample) for sample in self.sampler.without_each()]
        if rest:
            return all(direction == self.direction for direction in rest)
        return self._reports > 1 or self.silence.patience > LONG_PAUSE

    def anomaly(self) -> Anomaly:
        """The anomaly that the last window is part of; there must be one."""
        band, onset, direction = self.learner.band, self.persistence.onset, self.direction
        assert band is not None
        assert onset is not None
        assert direction is not None
        low, high = self._edges()
        return Anomaly(
            metric=self.metric,
            onset=onset,
            direction=direction,
            value=self.sample.value,
            low=low,
            high=high,
            median=band.median,
        )

    def reading(self) -> Reading:
        """What the last window says."""
        if self.learner.band is None:
            return Reading(self.sample.value, None, None, None)
        return Reading(self.sample.value, *self._edges(), self.direction)

    def _edges(self) -> tuple[float, float]:
        assert self.learner.band is not None
        return self.learner.band.edges(self.sample, ratio=self.metric.divided_by is not None)

    def _direction(self, sample: Sample) -> Direction | None:
        band = self.learner.band
        if band is None:
            return None
        return band.direction(sample, ratio=self.metric.divided_by is not None)
