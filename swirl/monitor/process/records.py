"""What a monitor reads of the log: metric points of its own namespace, and changes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from swirl.wire.change import ChangeEvent
from swirl.wire.point import Point, decode


@dataclass(frozen=True, slots=True)
class Points:
    """The points of one metric record; `batch` tells it from all others."""

    points: tuple[Point, ...]
    batch: bytes


Entry = Points | ChangeEvent


def reading(namespace: str, changes_topic: str) -> Callable[[str, bytes], Entry | None]:
    """Return how a record of a topic is read; see `swirl.kafka.log.LogReader`.

    Points of sources in other namespaces are skipped, changes of other namespaces are not: the
    engine tells them apart itself.
    """

    def read(topic: str, value: bytes) -> Entry | None:
        if topic == changes_topic:
            return ChangeEvent.from_json(value)
        record = decode(value)
        source, slash, _ = record.source.partition("/")
        if slash and source != namespace:
            return None
        return Points(record.points, hashlib.blake2b(value, digest_size=16).digest())

    return read
