"""The state machine: Learning, Healthy, Broken.

It is fed points and changes in any order and told what time it is; everything else follows from
the windows that this closes. Two engines fed the same log say the same.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable

from swirl.api.v1alpha1.swirlmonitor import Selector, SwirlMonitorSpec, Verdict
from swirl.monitor.core import sentence
from swirl.monitor.core.changes import ChangeLog
from swirl.monitor.core.diagnose import Anomaly, Diagnosis, diagnose, with_anomalies
from swirl.monitor.core.graph import Graph
from swirl.monitor.core.learning import Learning
from swirl.monitor.core.samples import Sample
from swirl.monitor.core.series import SETTLE_WINDOWS, Reading, Series
from swirl.monitor.core.state import BROKEN, HEALTHY, LEARNING, State
from swirl.monitor.core.tuning import Tuning
from swirl.monitor.core.unheard import Unheard
from swirl.monitor.core.windows import Totals, Windows
from swirl.wire.change import ChangeEvent
from swirl.wire.point import Point
from swirl.wire.times import Millis

_EPOCH = Millis(0)

REVISE_WINDOWS = 6
"""How long after a verdict late evidence may still revise it, once. Afterwards it stands until
everything has recovered: a verdict that changes under the reader's hands helps nobody."""


class Engine:
    """Watches one pipeline.

    Args:
        spec: what to watch.
        namespace: the monitor's; changes elsewhere are not its concern.
        start: time from which on the log is read.

    Attributes:
        read_from: time from which on an engine has to read the log to know what this one
            knows; it lies before the last fault, with enough healthy time in between to learn from.
    """

    def __init__(self, spec: SwirlMonitorSpec, namespace: str, start: Millis = _EPOCH) -> None:
        self.read_from = start
        self._spec = spec
        self._namespace = namespace
        self._graph = Graph.of(spec.nodes)
        self._tuning = tuning = Tuning.of(spec.detection)
        selectors: list[Selector] = []
        for metric in spec.metrics:
            for selector in (metric.source, metric.divided_by):
                if selector is not None and selector not in selectors:
                    selectors.append(selector)
        self.windows = Windows(
            tuple(selectors), tuning.window_ms, tuning.lateness_ms, tuning.history_ms
        )
        self._selectors = tuple(selectors)
        self._series: list[Series]
        self._watched: list[Series]
        self._learning: Learning
        self._state: State
        self._without: tuple[str, ...]
        self.changes = ChangeLog(spec, namespace)
        self._unheard = Unheard(spec.metrics, tuning, start)
        self._begin_learning()
        self._healthy: deque[int] = deque(maxlen=2 * tuning.band_windows)
        self._healthy_since = _EPOCH
        self._confirmed_at: int | None = None
        self._diagnosis: Diagnosis | None = None
        self._anomalies: dict[str, Anomaly] = {}
        self._named_at = 0
        self._revised = False
        self._weighed_changes = 0
        self.verdict: Verdict = sentence.learning(spec, self._learning.missing)
        self._reported: Verdict | None = None
        self.windows_closed = 0
        self.last_window: int | None = None

    @property
    def state(self) -> State:
        """As the verdict has it."""
        return self.verdict.state

    def feed_points(
        self,
        points: Iterable[Point],
        batch: Hashable | None = None,
        *,
        written: Millis | None = None,
    ) -> None:
        """Take points that were delivered together; see `Windows.add`."""
        self.windows.add(points, batch, written=written)

    def feed_changes(self, events: Iterable[ChangeEvent]) -> None:
        """Take change events, in any order and possibly again."""
        self.changes.add(events)

    def advance(self, now: Millis) -> Verdict | None:
        """Close the windows that are over at `now`.

        Returns:
            The verdict if it is another than was last returned, else None.
        """
        for index, totals in self.windows.close(now):
            self._window(index, totals)
        if self.last_window is None and (unheard := self._unheard.at(now)):
            # There is no window before the first point of anything.
            self._be_blind(unheard, None)
        if self.verdict == self._reported:
            return None
        self._reported = self.verdict
        return self.verdict

    def readings(self) -> dict[str, Reading]:
        """The last window, metric by metric."""
        return {series.metric.name: series.reading() for series in self._series}

    def _window(self, index: int, totals: list[Totals | None]) -> None:
        self.windows_closed += 1
        self.last_window = index
        learning = self._state != BROKEN
        samples = tuple(series.take(index, totals, learning=learning) for series in self._series)
        pairs = zip(self._series, samples, strict=True)
        heard = {series.metric.name for series, sample in pairs if sample.value is not None}
        self._unheard.hear(heard)
        if self._state == HEALTHY and heard.intersection(self._without):
            # What was given up came at last; what is normal of it is not known yet.
            self._begin_learning()
            self.verdict = sentence.learning(self._spec, ())
            return
        if self._state == LEARNING:
            self._learn(index, samples)
            return
        for series in self._watched:
            series.judge(index)
        if self._state == HEALTHY:
            self._watch(index)
        else:
            self._follow(index)

    def _learn(self, index: int, samples: tuple[Sample, ...]) -> None:
        end = self.windows.end_of(index)
        without = self._unheard.given_up(end)
        if not self._learning.step(index, samples, without):
            if unheard := self._unheard.at(end):
                self._be_blind(unheard, None)
            else:
                self.verdict = sentence.learning(self._spec, self._learning.missing)
            return
        self._without = without
        for number, series in enumerate(self._series):
            if series.metric.name not in without:
                series.learner.start(self._learning.samples(number))
        self._watched = [item for item in self._series if item.metric.name not in without]
        # The bands say of these windows that they are normal; a change before them is no suspect.
        self._healthy.extend(self._learning.windows())
        self._become_healthy(self.windows.end_of(index))

    def _become_healthy(self, since: Millis) -> None:
        self._state = HEALTHY
        self._healthy_since = since
        self._confirmed_at = None
        self._diagnosis = None
        self._anomalies = {}
        if self._without:
            self._be_blind(self._without, since)
        else:
            self.verdict = sentence.healthy(self._spec, since)

    def _be_blind(self, unheard: tuple[str, ...], since: Millis | None) -> None:
        awaited, until = self._unheard.since, self._unheard.until
        assert awaited is not None
        assert until is not None
        self.verdict = sentence.blind(self._spec, unheard, awaited, until, since)

    def _begin_learning(self) -> None:
        """Learn of every metric what is normal, with nothing of it known."""
        tuning, selectors = self._tuning, self._selectors
        self._series = [
            Series(
                metric,
                tuning,
                (
                    selectors.index(metric.source),
                    None if metric.divided_by is None else selectors.index(metric.divided_by),
                ),
            )
            for metric in self._spec.metrics
        ]
        self._watched = self._series
        self._without = ()
        self._learning = Learning(self._spec.metrics, tuning)
        self._state = LEARNING

    def _watch(self, index: int) -> None:
        if not any(series.persistence.suspected for series in self._watched):
            self._healthy.append(index)
        if index % 64 == 0:
            keep = self._tuning.forget_ms
            self.changes.forget_before(Millis(self.windows.end_of(index) - keep))
        confirmed = [series for series in self._watched if series.persistence.confirmed]
        if not confirmed:
            self._confirmed_at = None
            # A window off for once is part of what is normal: were only calm ones remembered, bands
            # would be drawn too narrow, and be left more often for it. Beginnings of faults wait to
            # be learned, and are forgotten when the fault is confirmed.
            for series in self._watched:
                series.learner.learn(index, series.sample)
            return
        if self._confirmed_at is None:
            self._confirmed_at = index
        waited = index - self._confirmed_at
        if waited < SETTLE_WINDOWS:
            return
        limit = SETTLE_WINDOWS + self._tuning.persist_windows
        if waited < limit and self._upstream_pending(confirmed):
            return
        self._state = BROKEN
        begin = Millis(self.windows.end_of(index) - self._tuning.history_ms)
        if self._healthy_since <= begin:
            self.read_from = begin
        self._named_at = index
        self._revised = False
        for series in self._watched:
            series.learner.forget_waiting()
        self._note(confirmed)
        self._report(self._diagnose())

    def _upstream_pending(self, confirmed: list[Series]) -> bool:
        """Whether something further upstream is off that is not yet confirmed."""
        origins = self._graph.most_upstream({series.metric.node for series in confirmed})
        above = {name for origin in origins for name in self._graph.upstream(origin)}
        return any(
            series.persistence.suspected and series.metric.node in above for series in self._watched
        )

    def _follow(self, index: int) -> None:
        calm = min(series.persistence.calm for series in self._watched)
        needed = self._tuning.persist_windows + 1
        if calm >= needed and not any(series.persistence.suspected for series in self._watched):
            self._become_healthy(self.windows.end_of(index - needed))
            return
        grown = self._note([series for series in self._watched if series.persistence.confirmed])
        if not grown and self.changes.known == self._weighed_changes:
            return
        now, latest = self._diagnosis, self._diagnose()
        assert now is not None
        if not self._revised and index <= self._named_at + REVISE_WINDOWS and self._better(latest):
            self._revised = True
            self._report(latest)
        elif grown:
            self._report(with_anomalies(now, self._graph, list(self._anomalies.values())))

    def _better(self, latest: Diagnosis) -> bool:
        """Whether a diagnosis with later evidence goes further than the one that was named."""
        now = self._diagnosis
        assert now is not None
        if latest.node.name in self._graph.upstream(now.node.name):
            return True
        return latest.node == now.node and now.change is None and latest.change is not None

    def _note(self, confirmed: list[Series]) -> bool:
        fresh = [series for series in confirmed if series.metric.name not in self._anomalies]
        for series in fresh:
            self._anomalies[series.metric.name] = series.anomaly()
        return bool(fresh)

    def _diagnose(self) -> Diagnosis:
        self._weighed_changes = self.changes.known
        return diagnose(
            self._spec,
            self._tuning,
            self._graph,
            list(self._anomalies.values()),
            self.changes.changes(),
            list(self._healthy),
        )

    def _report(self, diagnosis: Diagnosis) -> None:
        self._diagnosis = diagnosis
        ref = diagnosis.node.ref
        # What is older is not known to an engine that began to read the log later.
        oldest = diagnosis.onset * self._tuning.window_ms - self._tuning.suspect_ms
        versions = [
            change.to_version
            for change in self.changes.changes()
            if ref is not None
            and (change.kind, change.name) == (ref.kind, ref.name)
            and change.started >= oldest
        ]
        version = versions[-1] if versions else None
        self.verdict = sentence.broken(diagnosis, self._tuning.window_ms, self._namespace, version)
