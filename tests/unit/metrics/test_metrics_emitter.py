"""The emitter over a producer whose faults are provoked; a real Kafka is used in integration."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime

import pytest

from swirl.kafka.delivery import NotDelivered, RecordLost
from swirl.metrics import Emitter
from swirl.metrics.emitter import POINTS_PER_RECORD
from swirl.wire.kafka import KafkaSettings
from swirl.wire.point import decode

SOURCE = "ads/AnalyticsJob/ingest"
SETTINGS = KafkaSettings(bootstrap_servers="kafka:9092")


class Kafka:
    """A producer that is up, away, or losing records, as the test says."""

    def __init__(self) -> None:
        self.records: list[bytes] = []
        self.attempts: list[bytes] = []
        self.away = False
        self.failure: Exception | None = None
        self.stall = threading.Event()
        self.stall.set()
        self.closed = False

    def deliver(self, topic: str, key: bytes, value: bytes, timeout: float) -> None:
        assert (topic, key) == ("t", SOURCE.encode())
        self.attempts.append(value)
        self.stall.wait()
        if self.failure is not None:
            raise self.failure
        if self.away:
            raise NotDelivered("Kafka is away")
        self.records.append(value)

    def close(self) -> None:
        self.closed = True

    @property
    def values(self) -> list[float]:
        return [point.value for record in self.records for point in decode(record).points]


@contextmanager
def emitter(kafka: Kafka, capacity: int = 100, linger: float = 0.01) -> Iterator[Emitter]:
    made = Emitter(SETTINGS, "t", source=SOURCE, linger=linger, capacity=capacity, producer=kafka)
    try:
        yield made
    finally:
        kafka.stall.set()
        made.close(timeout=1)


def eventually(condition: object, seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    assert callable(condition)
    while not condition():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.005)


def test_points_of_a_while_travel_in_one_record() -> None:
    kafka = Kafka()
    with emitter(kafka, linger=0.05) as made:
        made.emit("clicks", 1, {"server": 3}, time=7)
        made.emit("clicks", 2)
        eventually(lambda: kafka.records)
        (record,) = kafka.records
        decoded = decode(record)
        assert decoded.source == SOURCE
        assert (decoded.points[0].time, decoded.points[0].labels) == (7, {"server": "3"})
        assert abs(decoded.points[1].time - time.time() * 1000) < 60_000
        eventually(lambda: made.sent == 2)


def test_records_are_bounded() -> None:
    kafka = Kafka()
    with emitter(kafka, capacity=10_000, linger=0.2) as made:
        for value in range(POINTS_PER_RECORD + 1):
            made.emit("clicks", value)
        eventually(lambda: len(kafka.records) == 2)
    assert kafka.values == list(range(POINTS_PER_RECORD + 1))


def test_close_flushes_and_lets_go() -> None:
    kafka = Kafka()
    made = Emitter(SETTINGS, "t", source=SOURCE, linger=60, producer=kafka)
    made.emit("clicks", 1)
    assert made.close() is True
    assert kafka.values == [1.0]
    assert kafka.closed
    made.emit("clicks", 2)
    assert (made.sent, made.dropped) == (1, 1)
    assert made.close() is True


def test_while_kafka_is_away_the_newest_points_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("swirl.metrics.emitter.RETRY_SECONDS", 0.01)
    kafka = Kafka()
    kafka.away = True
    with emitter(kafka, capacity=3) as made:
        made.emit("clicks", 0)
        eventually(lambda: len(kafka.attempts) > 1)
        for value in range(1, 6):
            made.emit("clicks", value)
        assert made.dropped == 2
        kafka.away = False
        eventually(lambda: made.sent == 4)
    assert kafka.values == [0.0, 3.0, 4.0, 5.0]


def test_a_record_under_way_is_offered_again_unchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("swirl.metrics.emitter.RETRY_SECONDS", 0.01)
    kafka = Kafka()
    kafka.away = True
    with emitter(kafka) as made:
        made.emit("clicks", 1)
        eventually(lambda: len(kafka.attempts) > 2)
        made.emit("clicks", 2)
        assert len(set(kafka.attempts)) == 1


@pytest.mark.parametrize("failure", [RecordLost("too large"), RuntimeError("surprise")])
def test_a_lost_record_is_counted_and_the_next_is_sent(failure: Exception) -> None:
    kafka = Kafka()
    kafka.failure = failure
    with emitter(kafka) as made:
        made.emit("clicks", 1)
        eventually(lambda: made.dropped == 1)
        kafka.failure = None
        made.emit("clicks", 2)
        eventually(lambda: kafka.values == [2.0])


def test_a_stalled_kafka_holds_up_neither_emit_nor_close() -> None:
    kafka = Kafka()
    kafka.stall.clear()
    with emitter(kafka) as made:
        made.emit("clicks", 1)
        eventually(lambda: kafka.attempts)
        start = time.monotonic()
        for value in range(10_000):
            made.emit("clicks", value)
        assert made.close(timeout=0.1) is False
        assert time.monotonic() - start < 5
        assert made.dropped == 10_001
        kafka.stall.set()
        eventually(lambda: kafka.closed)
        assert (made.sent, made.dropped) == (0, 10_001), "counted once"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_values_that_cannot_be_sent_are_dropped(value: float) -> None:
    kafka = Kafka()
    with emitter(kafka) as made:
        made.emit("clicks", value)
        made.emit("clicks", 1)
        eventually(lambda: kafka.values == [1.0])
        assert made.dropped == 1


def test_a_source_is_required() -> None:
    with pytest.raises(ValueError, match="needs a source"):
        Emitter(SETTINGS, source="")


def test_no_broker_at_the_address() -> None:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    made = Emitter(KafkaSettings(bootstrap_servers=address), "t", source=SOURCE, linger=0.01)
    made.emit("clicks", 1)
    start = time.monotonic()
    assert made.close(timeout=0.3) is False
    assert time.monotonic() - start < 2
    assert made.dropped == 1


def test_a_wrong_point_is_its_callers_error_and_costs_no_other() -> None:
    kafka = Kafka()
    with emitter(kafka) as made:
        with pytest.raises(TypeError):
            made.emit("m", 1.0, time=datetime.now(UTC))  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="needs a name"):
            made.emit("", 1.0)
        made.emit("m", 2.0, time=1_700_000_000_000.5)  # type: ignore[arg-type]
        made.emit("m", 3.0, {1: 2})  # type: ignore[dict-item]
        assert made.close(5)
    assert kafka.values == [2.0, 3.0]


def test_a_batch_that_cannot_be_encoded_is_dropped_and_the_next_is_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> bytes:
        monkeypatch.undo()
        raise TypeError("no")

    kafka = Kafka()
    with emitter(kafka, linger=0.2) as made:
        monkeypatch.setattr("swirl.metrics.emitter.encode", refuse)
        made.emit("m", 1.0)
        eventually(lambda: made.dropped == 1)
        made.emit("m", 2.0)
        assert made.close(5)
    assert kafka.values == [2.0]
