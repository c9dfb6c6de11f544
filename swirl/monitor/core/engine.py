"""The state machine: Learning, Healthy, Broken.

It is fed points and changes in any order and told what time it is; everything else follows from
the windows that this closes. Two engines fed the same log say the same.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable

from swirl.monitor.core import sentence
from swirl.monitor.core.changes import ChangeLog
from swirl.monitor.core.diagnose import Anomaly, Finding, diagnose, with_anomalies
from swirl.monitor.core.learning import Learning
from swirl.monitor.core.samples import Sample
from swirl.monitor.core.series import SETTLE_WINDOWS, Reading, Track
from swirl.monitor.core.spec import MonitorSpec
from swirl.monitor.core.verdict import BROKEN, HEALTHY, LEARNING, Verdict
from swirl.monitor.core.windows import Totals, Windows
from swirl.wire.change import ChangeEvent
from swirl.wire.point import Point

REVISE_WINDOWS = 6
"""How long after a verdict late evidence may still revise it, once. Afterwards it stands until
everything has recovered: a verdict that changes under the reader's hands helps nobody."""


class Engine:
    """Watches one pipeline.

    Args:
        spec: what to watch.
        namespace: the monitor's; changes elsewhere are not its concern.
        start: time in ms from which on the log is read.

    Attributes:
        read_from: time in ms from which on an engine has to read the log to know what this one
            knows; it lies before the last fault, with enough healthy time in between to learn from.
    """

    def __init__(self, spec: MonitorSpec, namespace: str, start: int = 0) -> None:
        self.read_from = start
        self._spec = spec
        self._namespace = namespace
        self._graph = spec.graph()
        selectors = list(
            dict.fromkeys(
                selector
                for metric in spec.metrics
                for selector in (metric.source, metric.divided_by)
                if selector is not None
            )
        )
        detection = spec.detection
        self.windows = Windows(
            tuple(selectors),
            detection.window_ms,
            detection.lateness_seconds * 1000,
            detection.history_ms,
        )
        self._tracks = [
            Track(
                metric,
                spec,
                (
                    selectors.index(metric.source),
                    None if metric.divided_by is None else selectors.index(metric.divided_by),
                ),
            )
            for metric in spec.metrics
        ]
        self.changes = ChangeLog(spec, namespace)
        self._learning = Learning(spec)
        self._healthy: deque[int] = deque(maxlen=2 * detection.lookback_windows)
        self._state = LEARNING
        self._healthy_since = 0
        self._confirmed_at: int | None = None
        self._finding: Finding | None = None
        self._anomalies: dict[str, Anomaly] = {}
        self._named_at = 0
        self._revised = False
        self._weighed_changes = 0
        self.verdict: Verdict = sentence.learning(spec, self._learning.missing, None)
        self._told: Verdict | None = None
        self.windows_closed = 0
        self.last_window: int | None = None

    @property
    def state(self) -> str:
        """Learning, Healthy or Broken."""
        return self._state

    def feed_points(
        self,
        points: Iterable[Point],
        batch: Hashable | None = None,
        *,
        written: int | None = None,
    ) -> None:
        """Take points that were delivered together; see `Windows.add`."""
        self.windows.add(points, batch, written=written)

    def feed_changes(self, events: Iterable[ChangeEvent]) -> None:
        """Take change events, in any order and possibly again."""
        self.changes.add(events)

    def advance(self, now: int) -> Verdict | None:
        """Close the windows that are over at `now` (ms).

        Returns:
            The verdict if it is another than was last returned, else None.
        """
        for index, totals in self.windows.close(now):
            self._window(index, totals)
        if self.verdict == self._told:
            return None
        self._told = self.verdict
        return self.verdict

    def readings(self) -> dict[str, Reading]:
        """The last window, metric by metric."""
        return {track.metric.name: track.reading() for track in self._tracks}

    def _window(self, index: int, totals: list[Totals | None]) -> None:
        self.windows_closed += 1
        self.last_window = index
        learning = self._state != BROKEN
        samples = tuple(track.take(index, totals, learning=learning) for track in self._tracks)
        if self._state == LEARNING:
            self._learn(index, samples)
            return
        for track in self._tracks:
            track.judge(index)
        if self._state == HEALTHY:
            self._watch(index)
        else:
            self._follow(index)

    def _learn(self, index: int, samples: tuple[Sample, ...]) -> None:
        if not self._learning.step(index, samples):
            self.verdict = sentence.learning(self._spec, self._learning.missing, None)
            return
        for number, track in enumerate(self._tracks):
            track.learner.start(self._learning.samples(number))
        # The bands say of these windows that they are normal; a change before them is no suspect.
        self._healthy.extend(self._learning.windows())
        self._become_healthy(self.windows.end_of(index))

    def _become_healthy(self, since: int) -> None:
        self._state = HEALTHY
        self._healthy_since = since
        self._confirmed_at = None
        self._finding = None
        self._anomalies = {}
        self.verdict = sentence.healthy(self._spec, since)

    def _watch(self, index: int) -> None:
        if not any(track.persistence.suspected for track in self._tracks):
            self._healthy.append(index)
        if index % 64 == 0:
            keep = 3 * self._spec.detection.lookback_seconds * 1000
            self.changes.forget_before(self.windows.end_of(index) - keep)
        confirmed = [track for track in self._tracks if track.persistence.confirmed]
        if not confirmed:
            self._confirmed_at = None
            # A window off for once is part of what is normal: were only calm ones remembered, bands
            # would be drawn too narrow, and be left more often for it. Beginnings of faults wait to
            # be learned, and are forgotten when the fault is confirmed.
            for track in self._tracks:
                track.learner.learn(index, track.sample)
            return
        if self._confirmed_at is None:
            self._confirmed_at = index
        waited = index - self._confirmed_at
        if waited < SETTLE_WINDOWS:
            return
        limit = SETTLE_WINDOWS + self._spec.detection.persist_windows
        if waited < limit and self._upstream_pending(confirmed):
            return
        self._state = BROKEN
        begin = self.windows.end_of(index) - self._spec.detection.history_ms
        if self._healthy_since <= begin:
            self.read_from = begin
        self._named_at = index
        self._revised = False
        for track in self._tracks:
            track.learner.forget_waiting()
        self._note(confirmed)
        self._say(self._diagnose())

    def _upstream_pending(self, confirmed: list[Track]) -> bool:
        """Whether something further upstream is off that is not yet confirmed."""
        heads = self._graph.most_upstream({track.metric.node for track in confirmed})
        above = {name for head in heads for name in self._graph.upstream(head)}
        return any(
            track.persistence.suspected and track.metric.node in above for track in self._tracks
        )

    def _follow(self, index: int) -> None:
        calm = min(track.persistence.calm for track in self._tracks)
        needed = self._spec.detection.persist_windows + 1
        if calm >= needed and not any(track.persistence.suspected for track in self._tracks):
            self._become_healthy(self.windows.end_of(index - needed))
            return
        grown = self._note([track for track in self._tracks if track.persistence.confirmed])
        if not grown and self.changes.known == self._weighed_changes:
            return
        now, latest = self._finding, self._diagnose()
        assert now is not None
        if not self._revised and index <= self._named_at + REVISE_WINDOWS and self._better(latest):
            self._revised = True
            self._say(latest)
        elif grown:
            self._say(with_anomalies(now, self._graph, list(self._anomalies.values())))

    def _better(self, latest: Finding) -> bool:
        """Whether a diagnosis with later evidence goes further than the one that was named."""
        now = self._finding
        assert now is not None
        if latest.node.name in self._graph.upstream(now.node.name):
            return True
        return latest.node == now.node and now.change is None and latest.change is not None

    def _note(self, confirmed: list[Track]) -> bool:
        fresh = [track for track in confirmed if track.metric.name not in self._anomalies]
        for track in fresh:
            self._anomalies[track.metric.name] = track.anomaly()
        return bool(fresh)

    def _diagnose(self) -> Finding:
        self._weighed_changes = self.changes.known
        return diagnose(
            self._spec,
            self._graph,
            list(self._anomalies.values()),
            self.changes.changes(),
            list(self._healthy),
        )

    def _say(self, finding: Finding) -> None:
        self._finding = finding
        ref = finding.node.ref
        detection = self._spec.detection
        # What is older is not known to an engine that began to read the log later.
        oldest = finding.onset * detection.window_ms - detection.lookback_seconds * 1000
        versions = [
            change.to_version
            for change in self.changes.changes()
            if ref is not None
            and (change.kind, change.name) == (ref.kind, ref.name)
            and change.started >= oldest
        ]
        version = versions[-1] if versions else None
        self.verdict = sentence.broken(finding, self._spec, self._namespace, version)
