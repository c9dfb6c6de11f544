"""Metrics of which no point has ever come: a typo, or something that nobody emits.

Of such a metric nothing can be learned. It is named after the time that learning takes. The others
wait for it a while longer, as a pipeline that is being deployed does not come up all at once, and
are then watched without it; when it comes at last, what is normal is learned anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from swirl.api.v1alpha1.swirlmonitor import Metric
from swirl.monitor.core.samples import SPAN_WINDOWS
from swirl.monitor.core.tuning import Tuning
from swirl.wire.times import Millis


class Unheard:
    """Which metrics were never heard of, and since when they should have been.

    Metrics whose silence is ignored may never come, and are not missed.

    Args:
        metrics: all of them.
        tuning: how long learning takes.
        start: time from which on the log is read. It is read from long before the engine began,
            when the pipeline may not have been there, so time counts from the beginning of the
            engine.
    """

    def __init__(self, metrics: Sequence[Metric], tuning: Tuning, start: Millis) -> None:
        self._missed = {metric.name for metric in metrics if metric.silence == "Anomalous"}
        self._order = tuple(metric.name for metric in metrics)
        self._began = Millis(start + tuning.history_ms)
        windows = SPAN_WINDOWS + tuning.learn_windows
        self._patience = windows * tuning.window_ms + tuning.lateness_ms
        self._longest = max(self._patience, tuning.suspect_ms)
        self.since: Millis | None = None

    def hear(self, names: Iterable[str]) -> None:
        """A point of each came."""
        self._missed.difference_update(names)

    def at(self, now: Millis) -> tuple[str, ...]:
        """Those that should have come by `now`, in the order of the spec."""
        return self._after(self._patience, now)

    def given_up(self, now: Millis) -> tuple[str, ...]:
        """Those that the others do not wait for any more at `now`, in the order of the spec."""
        return self._after(self._longest, now)

    @property
    def until(self) -> Millis | None:
        """When the others stop waiting."""
        return None if self.since is None else Millis(self.since + self._longest)

    def _after(self, patience: int, now: Millis) -> tuple[str, ...]:
        if self.since is None:
            self.since = max(now, self._began)
        if now - self.since < patience:
            return ()
        return tuple(name for name in self._order if name in self._missed)
