"""The emitter against a real Kafka: points arrive, and an outage loses none that were kept."""

from __future__ import annotations

import gc
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaConsumer

from swirl.metrics import Emitter
from swirl.wire.kafka import KafkaSettings
from swirl.wire.point import Record, decode
from tests.support.broker import Broker, running

# kafka-python leaves the socket of each failed attempt to connect to the garbage collector.
leaves_sockets = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

SOURCE = "ads/AnalyticsJob/ingest"


def emitting(servers: str, topic: str, *, linger: float) -> Emitter:
    settings = KafkaSettings(bootstrap_servers=servers)
    return Emitter(settings, topic, source=SOURCE, linger=linger)


def consume(bootstrap: str, topic: str, points: int, seconds: float = 30.0) -> list[Record]:
    """Read from the beginning until that many points are there, and then a little on."""
    consumer = KafkaConsumer(
        topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest", consumer_timeout_ms=1000
    )
    records: list[Record] = []
    end = time.monotonic() + seconds
    try:
        while sum(len(record.points) for record in records) < points:
            assert time.monotonic() < end, f"only {records} arrived"
            for message in consumer:
                assert message.key == SOURCE.encode()
                records.append(decode(message.value))
    finally:
        consumer.close()
    return records


def test_points_arrive_in_order_and_batched(kafka: str) -> None:
    topic = f"metrics-{uuid.uuid4().hex}"
    with Emitter(
        KafkaSettings(bootstrap_servers=kafka), topic, source=SOURCE, linger=0.5
    ) as emitter:
        for value in range(1200):
            emitter.emit("clicks", value, {"job": "ingest"}, time=value)
    assert (emitter.sent, emitter.dropped) == (1200, 0)
    records = consume(kafka, topic, 1200)
    points = [point for record in records for point in record.points]
    assert [point.value for point in points] == list(range(1200))
    assert len(records) < 10
    assert {record.source for record in records} == {SOURCE}


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    with running(tmp_path) as made:
        yield made


@leaves_sockets
def test_an_outage_neither_stops_the_caller_nor_loses_or_repeats_points(broker: Broker) -> None:
    topic = "metrics"
    emitter = Emitter(
        KafkaSettings(bootstrap_servers=broker.bootstrap), topic, source=SOURCE, linger=0.1
    )
    try:
        emitter.emit("clicks", 0)
        end = time.monotonic() + 30
        while emitter.sent < 1:
            assert time.monotonic() < end, "the first point was not confirmed"
            time.sleep(0.05)
        broker.stop()
        for value in range(1, 6):
            start = time.monotonic()
            emitter.emit("clicks", value)
            assert time.monotonic() - start < 5, "emit must not wait for Kafka"
            time.sleep(0.3)
        assert emitter.sent == 1
        broker.start()
        end = time.monotonic() + 60
        while emitter.sent < 6:
            assert time.monotonic() < end, "points were not sent after the outage"
            time.sleep(0.1)
        assert emitter.dropped == 0
    finally:
        emitter.close()
        gc.collect()
    records = consume(broker.bootstrap, topic, 6)
    assert [point.value for record in records for point in record.points] == [0, 1, 2, 3, 4, 5]


@leaves_sockets
def test_kafka_may_come_later_than_the_emitter(tmp_path: Path) -> None:
    late = Broker(tmp_path)
    emitter = Emitter(
        KafkaSettings(bootstrap_servers=late.bootstrap), "metrics", source=SOURCE, linger=0.1
    )
    try:
        emitter.emit("clicks", 1)
        time.sleep(1)
        assert (emitter.sent, emitter.dropped) == (0, 0)
        late.start()
        end = time.monotonic() + 30
        while emitter.sent < 1:
            assert time.monotonic() < end, "the point was not sent once Kafka was there"
            time.sleep(0.1)
    finally:
        emitter.close()
        late.stop()
        gc.collect()
