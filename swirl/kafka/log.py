"""Reads topics from a time in the past onwards, as one log.

No consumer group: readers keep their state in memory and make it again from the log when it is
lost, whatever was read before. Offsets are therefore kept here and nowhere else.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from swirl.kafka.denied import denied
from swirl.kafka.making import make
from swirl.kafka.merge import Merge
from swirl.kafka.options import client_options
from swirl.kafka.probe import trouble_of
from swirl.kafka.trouble import READ_RIGHTS
from swirl.wire.kafka import KafkaSettings

logger = logging.getLogger(__name__)

Item = TypeVar("Item")

_TIMEOUT_MS = 10_000
_POLL_MS = 250
_RECORDS = 2_000
_LOOK_FOR_TOPICS_SECONDS = 5.0
GRACE_MS = 500
"""A record that was written just now may not be in the log yet: the log's clock runs this much
behind, so that a reader that replays the log sees what this one saw."""


class KafkaUnavailable(Exception):
    """Kafka does not answer; try again later. What was read so far is not lost.

    The message is a sentence that names the broker, what is wrong and what to do.
    """


@dataclass(frozen=True, slots=True)
class Read(Generic[Item]):
    """What one look into the log brought.

    Attributes:
        items: in the order of the log, each with its time in ms.
        clock: the time up to which the log is known, ms; None while it is not read to its end.
    """

    items: list[tuple[int, Item]]
    clock: int | None


class LogReader(Generic[Item]):
    """Reads several topics as one log.

    Args:
        settings: where Kafka is.
        topics: need not exist yet.
        decode: turns a topic and a record's bytes into an item, or None if the record is not for
            this reader; raises ValueError if it is malformed.
        start: time in ms from which on the log is read.
        wall: current time in ms.

    Attributes:
        malformed: records that were skipped because they cannot be decoded.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        topics: Sequence[str],
        decode: Callable[[str, bytes], Item | None],
        start: int,
        wall: Callable[[], int],
    ) -> None:
        self._settings = settings
        self._topics = tuple(topics)
        self._decode = decode
        self._start = start
        self._wall = wall
        self._consumer: Any = None
        self._positions: dict[Any, int] = {}
        self._merge: Merge[Item] = Merge()
        self._looked = 0.0
        self.malformed = 0

    def read(self) -> Read[Item]:
        """Read what there is, waiting a moment if there is nothing.

        Raises:
            KafkaUnavailable: the broker does not answer, or does not let us read.
        """
        try:
            return self._read()
        except (KafkaError, OSError) as error:
            self.close()
            raise KafkaUnavailable(self._why(error)) from error

    def close(self) -> None:
        """Let go of connections; `read` makes new ones and goes on where it was."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            with contextlib.suppress(KafkaError, OSError):
                consumer.close(autocommit=False, timeout_ms=1_000)

    def _why(self, error: KafkaError | OSError) -> str:
        return (
            denied(error, self._settings, self._topics, READ_RIGHTS)
            or trouble_of(self._settings, self._topics, beyond=True)
            or f"Kafka at {self._settings.bootstrap_servers} fails: {type(error).__name__}: "
            f"{error}; see the broker's log"
        )

    def _read(self) -> Read[Item]:
        if self._consumer is None:
            if (trouble := trouble_of(self._settings, self._topics)) is not None:
                raise KafkaUnavailable(trouble)
            self._consumer = make(
                KafkaConsumer,
                **client_options(self._settings),
                group_id=None,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                allow_auto_create_topics=False,
                request_timeout_ms=_TIMEOUT_MS,
                bootstrap_timeout_ms=_TIMEOUT_MS,
                fetch_max_wait_ms=_POLL_MS,
                max_poll_records=_RECORDS,
            )
            self._assign()
        elif time.monotonic() - self._looked >= _LOOK_FOR_TOPICS_SECONDS:
            self._assign()
        consumer = self._consumer
        asked = self._wall()
        if not self._positions:
            # Still a question to the broker, or its absence would pass for an empty log.
            consumer.topics()
            time.sleep(_POLL_MS / 1000)
            return Read([], asked - GRACE_MS)
        ends = consumer.end_offsets(list(self._positions), timeout_ms=_TIMEOUT_MS)
        for partition, records in consumer.poll(timeout_ms=_POLL_MS).items():
            for record in records:
                item = self._item(partition.topic, record.value)
                if item is not None:
                    self._merge.push(partition, min(record.timestamp, asked), item)
        for partition in self._positions:
            position = consumer.position(partition, timeout_ms=_TIMEOUT_MS)
            self._positions[partition] = position
            self._merge.set_ended(partition, position >= ends[partition])
        items = list(self._merge.release())
        return Read(items, asked - GRACE_MS if self._merge.caught_up else None)

    def _assign(self) -> None:
        """Take up partitions that have come to be, and return to where the others were read."""
        self._looked = time.monotonic()
        consumer = self._consumer
        consumer.topics()
        found = [
            TopicPartition(topic, number)
            for topic in self._topics
            for number in sorted(consumer.partitions_for_topic(topic) or ())
        ]
        fresh = [partition for partition in found if partition not in self._positions]
        if not fresh and consumer.assignment() == set(self._positions):
            return
        consumer.assign([*self._positions, *fresh])
        for partition, position in self._positions.items():
            consumer.seek(partition, position)
        if not fresh:
            return
        begins = consumer.offsets_for_times(
            dict.fromkeys(fresh, self._start), timeout_ms=_TIMEOUT_MS
        )
        ends = consumer.end_offsets(fresh, timeout_ms=_TIMEOUT_MS)
        for partition in fresh:
            begin = begins.get(partition)
            position = ends[partition] if begin is None else begin.offset
            consumer.seek(partition, position)
            self._positions[partition] = position
            self._merge.add_partition(partition)
            logger.info("reading %s[%d] from %d", partition.topic, partition.partition, position)

    def _item(self, topic: str, value: bytes | None) -> Item | None:
        if value is None:
            return None
        try:
            return self._decode(topic, value)
        except ValueError as error:
            self.malformed += 1
            if self.malformed == 1:
                logger.warning("malformed records are skipped; the first, in %s: %s", topic, error)
            return None
