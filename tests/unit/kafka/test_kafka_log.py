"""Reading the log: what is malformed, and who does not answer. Real reading is in integration."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from kafka import TopicPartition
from kafka.errors import KafkaConnectionError

from swirl.kafka import log as module
from swirl.kafka.log import GRACE_MS, KafkaUnavailable, LogReader
from swirl.wire.kafka import KafkaSettings

NOW = 10_000


class Consumer:
    """One partition of a topic, whose records are polled one at a time."""

    def __init__(self, records: Sequence[tuple[int, bytes | None]]) -> None:
        self.records = records
        self.at = 0
        self.assigned: set[TopicPartition] = set()
        self.closed = False
        self.failure: Exception | None = None

    def __call__(self, **options: Any) -> Consumer:
        return self

    def topics(self) -> None:
        """Nothing needs to be fetched."""

    def partitions_for_topic(self, topic: str) -> set[int]:
        return {0} if topic == "t" else set()

    def assignment(self) -> set[TopicPartition]:
        return self.assigned

    def assign(self, partitions: Sequence[TopicPartition]) -> None:
        self.assigned = set(partitions)

    def seek(self, partition: TopicPartition, position: int) -> None:
        self.at = position

    def position(self, partition: TopicPartition, timeout_ms: int) -> int:
        return self.at

    def end_offsets(self, partitions: Any, timeout_ms: int) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, len(self.records))

    def offsets_for_times(self, times: dict[TopicPartition, int], timeout_ms: int) -> Any:
        return {
            partition: next(
                (
                    SimpleNamespace(offset=offset)
                    for offset, (at, _) in enumerate(self.records)
                    if at >= time
                ),
                None,
            )
            for partition, time in times.items()
        }

    def poll(self, timeout_ms: int) -> Any:
        if self.failure is not None:
            raise self.failure
        if self.at == len(self.records):
            return {}
        timestamp, value = self.records[self.at]
        self.at += 1
        return {TopicPartition("t", 0): [SimpleNamespace(timestamp=timestamp, value=value)]}

    def close(self, autocommit: bool, timeout_ms: int) -> None:
        self.closed = True


def number(topic: str, value: bytes) -> int | None:
    found = int(value)
    return found if found >= 0 else None


def reader(consumer: Consumer, monkeypatch: pytest.MonkeyPatch, start: int = 0) -> LogReader[int]:
    monkeypatch.setattr(module, "KafkaConsumer", consumer)
    monkeypatch.setattr(module, "trouble_of", lambda *_, **__: None)
    settings = KafkaSettings(bootstrap_servers="kafka:9092")
    return LogReader(settings, ("t", "not-yet"), number, start, lambda: NOW)


def test_it_begins_at_a_time_and_its_clock_stands_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = reader(Consumer([(1, b"1"), (2, b"2"), (3, b"3")]), monkeypatch, start=2)
    first, second = log.read(), log.read()
    assert (first.items, first.clock) == ([(2, 2)], None)
    assert (second.items, second.clock) == ([(3, 3)], NOW - GRACE_MS)


def test_what_is_malformed_is_skipped_counted_and_told_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    log = reader(Consumer([(1, b"x"), (2, None), (3, b"-1"), (4, b"y"), (5, b"5")]), monkeypatch)
    assert [item for _ in range(5) for item in log.read().items] == [(5, 5)]
    assert log.malformed == 2
    assert sum("malformed" in record.message for record in caplog.records) == 1


def test_a_record_from_the_future_is_held_to_be_of_now(monkeypatch: pytest.MonkeyPatch) -> None:
    log = reader(Consumer([(NOW + 1_000, b"1")]), monkeypatch)
    assert log.read().items == [(NOW, 1)]


def test_after_a_failure_it_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    consumer = Consumer([(1, b"1"), (2, b"2")])
    log = reader(consumer, monkeypatch)
    assert log.read().items == [(1, 1)]
    consumer.failure = KafkaConnectionError("gone")
    with pytest.raises(KafkaUnavailable, match="gone"):
        log.read()
    assert consumer.closed
    consumer.failure = None
    consumer.assigned = set()
    consumer.at = 0
    assert log.read().items == [(2, 2)]


def test_nobody_is_at_home() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
        log = LogReader(KafkaSettings(bootstrap_servers=address), ("t",), number, 0, lambda: NOW)
        with pytest.raises(KafkaUnavailable, match=f"{address} cannot be reached: nothing listens"):
            log.read()
