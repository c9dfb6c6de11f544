"""The log as one: its records in the order in which they were written, and its time.

An engine that starts late reads hours of log in seconds, partition by partition. It must see them
as one that was there all along: in the order of their timestamps, with the time of the log as the
time of day. So records wait until every partition has been read as far.
"""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Merge(Generic[Item]):
    """Merges partitions by timestamp.

    Args:
        partitions: all that there are; more may be added.
    """

    def __init__(self) -> None:
        self._reached: dict[Hashable, int] = {}
        self._ended: set[Hashable] = set()
        self._waiting: list[tuple[int, int, Item]] = []
        self._pushed = 0

    def add_partition(self, partition: Hashable) -> None:
        """Wait for this partition from now on."""
        self._reached.setdefault(partition, 0)

    def push(self, partition: Hashable, timestamp: int, item: Item) -> None:
        """Take a record; timestamps of a partition that go back are held to be equal."""
        reached = max(self._reached.get(partition, 0), timestamp)
        self._reached[partition] = reached
        heapq.heappush(self._waiting, (reached, self._pushed, item))
        self._pushed += 1

    def set_ended(self, partition: Hashable, ended: bool) -> None:
        """Say whether a partition has, for the time being, no more records to wait for."""
        (self._ended.add if ended else self._ended.discard)(partition)

    @property
    def caught_up(self) -> bool:
        """Whether every partition has been read to its end."""
        return self._reached.keys() <= self._ended

    def release(self) -> Iterator[tuple[int, Item]]:
        """Hand out the records that no partition can precede any more, oldest first."""
        behind = [at for partition, at in self._reached.items() if partition not in self._ended]
        limit = min(behind, default=None)
        while self._waiting and (limit is None or self._waiting[0][0] <= limit):
            timestamp, _, item = heapq.heappop(self._waiting)
            yield timestamp, item


GAP_MS = 15_000
SETTLE_MS = 10_000


class LogClock:
    """What time it is for the engine, by the log.

    After a time in which nobody could write, as Kafka was away, the writers deliver what they have
    kept. Were the engine's clock to jump to the present at once, all that would be late, and the
    outage of Kafka would pass for a silence of the pipeline. So the clock stands still until they
    have had time to do so. In the log such an outage shows as a gap.
    """

    def __init__(self) -> None:
        self._last: int | None = None
        self._gap_until = 0
        self._outage_until = 0

    def record(self, timestamp: int) -> int | None:
        """Time at a record, ms; None while the clock stands still."""
        if self._last is not None and timestamp - self._last > GAP_MS:
            self._gap_until = timestamp + SETTLE_MS
        self._last = timestamp if self._last is None else max(self._last, timestamp)
        return None if timestamp < self._gap_until else timestamp

    def live(self, now: int) -> int | None:
        """Time at the end of the log, ms; None while the clock stands still."""
        return None if now < max(self._gap_until, self._outage_until) else now

    def outage_ended(self, now: int) -> None:
        """Kafka answers again after it did not."""
        self._outage_until = now + SETTLE_MS
