"""The time before any verdict: collecting the windows from which bands are first drawn."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from statistics import median

from swirl.api.v1alpha1.swirlmonitor import Metric
from swirl.monitor.core.samples import SPAN_WINDOWS, Sample
from swirl.monitor.core.tuning import Tuning

_PATIENCE = 3


class Learning:
    """Collects complete windows until there are enough of them and they agree.

    A window is complete when every metric has a value, except those whose silence is ignored. A
    pipeline that is just starting does not show what is normal: the windows must agree, the earlier
    half with the later, metric by metric. Older windows are given up until they do, but not for
    ever: after three times the number a metric that never settles is taken as it is.

    Whether the pipeline was right all that time nobody can know: a fault that was there before the
    monitor is learned as normal.
    """

    def __init__(self, metrics: Sequence[Metric], tuning: Tuning) -> None:
        self._metrics = metrics
        self._needed = tuning.learn_windows
        self._relative = max(tuning.relative_width, 0.05)
        self._windows: deque[tuple[int, tuple[Sample, ...]]] = deque(maxlen=self._needed)
        self._complete = 0
        self._without: set[str] = set()
        self.missing = tuple(m.name for m in metrics if m.silence == "Anomalous")

    def step(self, index: int, samples: tuple[Sample, ...], without: Collection[str] = ()) -> bool:
        """Take a window; return whether enough has been seen.

        Args:
            index: of the window.
            samples: what it held, metric by metric.
            without: metrics that are not waited for.
        """
        pairs = list(zip(self._metrics, samples, strict=True))
        seen = {metric.name for metric, sample in pairs if sample.value is not None}
        self.missing = tuple(
            metric.name
            for metric in self._metrics
            if metric.silence == "Anomalous" and metric.name not in seen
        )
        if set(without) != self._without:
            # One that comes at last was not in the windows before.
            self._without = set(without)
            self._windows.clear()
            self._complete = 0
        if not seen or any(name not in without for name in self.missing):
            return False
        self._complete += 1
        if self._complete <= SPAN_WINDOWS:
            return False  # the span still reaches back to before the first point
        self._windows.append((index, samples))
        if len(self._windows) < self._needed:
            return False
        return self._agree() or self._complete >= SPAN_WINDOWS + _PATIENCE * self._needed

    def windows(self) -> list[int]:
        """Indexes of the windows learned from."""
        return [index for index, _ in self._windows]

    def samples(self, metric: int) -> list[Sample]:
        """What they held of the metric at this place in the spec."""
        return [samples[metric] for _, samples in self._windows]

    def _agree(self) -> bool:
        return all(self._settled(self.samples(i)) for i in range(len(self._metrics)))

    def _settled(self, samples: list[Sample]) -> bool:
        known = [sample for sample in samples if sample.value is not None]
        values = [sample.value for sample in known if sample.value is not None]
        if len(values) < 4:
            return True
        half = len(values) // 2
        before, after = median(values[:half]), median(values[half:])
        centre = median(values)
        # The calmer half's, around its own centre: a step must not excuse itself.
        spread = min(_spread(values[:half], before), _spread(values[half:], after))
        exposure = median([sample.exposure for sample in known])
        # Three standard deviations of a count, in the unit of the metric.
        chance = 3 * (abs(centre) * exposure + 1) ** 0.5 / exposure if exposure > 0 else 0.0
        return abs(after - before) <= max(self._relative * abs(centre), 2 * spread, chance)


def _spread(values: list[float], centre: float) -> float:
    return 1.4826 * median([abs(value - centre) for value in values])
