"""Tumbling windows of event time.

A point belongs to the window its own time falls into, whenever it arrives. A window is closed once
`lateness` has passed since its end; points for closed windows are late: counted, never used. What
a closed window holds does not depend on the order in which its points came, to the last bit.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass

from swirl.api.v1alpha1.swirlmonitor import Selector
from swirl.wire.point import Point
from swirl.wire.times import Millis

FUTURE_MS = 60_000
"""Points further ahead than this of the time they were written at come from a wrong clock."""

HUGE = 1e250
"""Values beyond this measure nothing, and two of them would overflow a sum."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What one window holds of the points that one selector matches.

    Attributes:
        sum: of the values.
        count: of the points.
        peak: the greatest value.
        last: time of the latest point, ms.
        whole: whether all values are whole numbers, as counts are.
    """

    sum: float
    count: int
    peak: float
    last: int
    whole: bool


class SelectorIndex:
    """Finds the selectors that a point matches; it may be several."""

    def __init__(self, selectors: Iterable[Selector]) -> None:
        self._by_metric: dict[str, list[tuple[int, tuple[tuple[str, str], ...]]]] = {}
        for index, selector in enumerate(selectors):
            self._by_metric.setdefault(selector.metric, []).append(
                (index, tuple(selector.labels.items()))
            )

    def find(self, point: Point) -> list[int]:
        """Indexes of the matching selectors."""
        candidates = self._by_metric.get(point.name)
        if candidates is None:
            return []
        labels = point.labels
        return [
            index
            for index, wanted in candidates
            if not wanted or all(labels.get(key) == value for key, value in wanted)
        ]


class Windows:
    """Open windows, each with the points that several selectors match.

    Args:
        selectors: in the order in which `close` reports them.
        window_ms: length of a window.
        lateness_ms: how long after its end a window stays open.
        lookback_ms: the first window to be closed is at most this old.
    """

    def __init__(
        self, selectors: tuple[Selector, ...], window_ms: int, lateness_ms: int, lookback_ms: int
    ) -> None:
        self._table = SelectorIndex(selectors)
        self._selectors = len(selectors)
        self._window_ms = window_ms
        self._lateness_ms = lateness_ms
        self._lookback_ms = lookback_ms
        self._open: dict[int, list[list[tuple[int, float]]]] = {}
        self._batches: dict[Hashable, int] = {}
        self._next: int | None = None
        self._now: Millis | None = None
        self.points = 0
        self.late = 0
        self.future = 0
        self.huge = 0
        self.repeated_batches = 0

    def add(
        self,
        points: Iterable[Point],
        batch: Hashable | None = None,
        *,
        written: Millis | None = None,
    ) -> None:
        """Put points into their windows.

        Args:
            points: in any order.
            batch: identity of the delivery the points came in. Kafka delivers at least once: a
                batch that has been seen is counted and not used again.
            written: when they were written. Points from a minute later and more are counted
                and dropped, as a wrong clock must not fill the memory.

        Values beyond `HUGE` are counted and dropped too.
        """
        if batch is not None and batch in self._batches:
            self.repeated_batches += 1
            return
        newest = -1
        first_open = self._next
        horizon = None if written is None else written + FUTURE_MS
        length, find = self._window_ms, self._table.find
        for point in points:
            matches = find(point)
            if not matches:
                continue
            time = point.time
            index = time // length
            if first_open is not None and index < first_open:
                self.late += 1
                continue
            if horizon is not None and time > horizon:
                self.future += 1
                continue
            value = point.value
            if not -HUGE <= value <= HUGE:
                self.huge += 1
                continue
            window = self._open.get(index)
            if window is None:
                window = self._open[index] = [[] for _ in range(self._selectors)]
            for place in matches:
                window[place].append((time, value))
            self.points += 1
            newest = max(newest, index)
        if batch is not None and newest >= 0:
            self._batches[batch] = newest

    def close(self, now: Millis) -> Iterator[tuple[int, list[Totals | None]]]:
        """Close every window whose lateness is over at `now`; oldest first.

        Yields:
            Index of the window (it begins at index times length) and the totals by selector, None
            for one that matched no point.
        """
        # Before the first window time may go back: a log found late is read from its beginning.
        self._now = now if self._now is None or self._next is None else max(self._now, now)
        last = (self._now - self._lateness_ms) // self._window_ms - 1
        if self._next is None:
            if not self._open or min(self._open) > last:
                return
            oldest = (self._now - self._lookback_ms) // self._window_ms
            for index in [index for index in self._open if index < oldest]:
                self.late += sum(len(points) for points in self._open.pop(index))
            if not self._open:
                return
            self._next = min(self._open)
        if self._next > last:
            return
        while self._next <= last:
            index = self._next
            self._next += 1
            matched = self._open.pop(index, None)
            if matched is None:
                yield index, [None] * self._selectors
            else:
                yield index, [_totals(points) for points in matched]
        # A batch all of whose windows are closed would be late if it came again.
        self._batches = {batch: at for batch, at in self._batches.items() if at >= self._next}

    def end_of(self, index: int) -> Millis:
        """When a window ends."""
        return Millis((index + 1) * self._window_ms)


def _totals(points: list[tuple[int, float]]) -> Totals | None:
    if not points:
        return None
    values = [value for _, value in points]
    # fsum rounds once, at the end: any order of the same points gives the same bits.
    return Totals(
        sum=math.fsum(values),
        count=len(values),
        peak=max(values),
        last=max(time for time, _ in points),
        whole=all(value % 1 == 0 for value in values),
    )
