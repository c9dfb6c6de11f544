"""Several partitions as one log: records in the order in which they were written.

A reader that starts late reads hours of log in seconds, partition by partition, and must see them
as one that was there all along. So records wait until every partition has been read as far.
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
