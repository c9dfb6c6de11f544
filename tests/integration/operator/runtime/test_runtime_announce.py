"""Announcements on a real Kafka."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from kafka import KafkaConsumer

from swirl.kafka.producer import DurableProducer
from swirl.wire.kafka import KafkaSettings
from swirl_operator.runtime.announce import AnnouncementFailed, Announcer
from swirl_operator.runtime.metrics import Metrics


def producer(servers: str) -> DurableProducer:
    return DurableProducer(KafkaSettings(bootstrap_servers=servers))


def change(identity: str) -> dict[str, Any]:
    return {"context": {"id": identity}, "subject": {"id": "ns/ModelServer/m"}}


async def test_a_broker_has_what_was_announced(kafka: str) -> None:
    topic = f"changes-{uuid.uuid4().hex}"
    announcer = Announcer(producer=producer(kafka), topic=topic, metrics=Metrics())
    await announcer.announce([change("1"), change("2")])
    await announcer.announce([change("2"), change("3")])
    await announcer.close()
    consumer = KafkaConsumer(
        topic, bootstrap_servers=kafka, auto_offset_reset="earliest", consumer_timeout_ms=10_000
    )
    records = [next(consumer) for _ in range(3)]
    consumer.close()
    assert [json.loads(record.value)["context"]["id"] for record in records] == ["1", "2", "3"]
    assert {record.key for record in records} == {b"ns/ModelServer/m"}


async def test_no_broker_is_a_failure_and_not_a_wait() -> None:
    announcer = Announcer(producer=producer("127.0.0.1:1"), topic="changes", metrics=Metrics())
    with pytest.raises(AnnouncementFailed, match="nothing listens there"):
        await announcer.announce([change("1")])
    await announcer.close()
