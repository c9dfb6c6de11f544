"""Announcements count only when acknowledged."""

from __future__ import annotations

import json
from typing import Any

import pytest

from swirl.kafka.delivery import NotDelivered, Paused, RecordLost
from swirl.kafka.producer import DurableProducer
from swirl.wire.kafka import KafkaSettings
from swirl_operator.runtime.announce import AnnouncementFailed, Announcer
from swirl_operator.runtime.metrics import Metrics


def change(identity: str) -> dict[str, Any]:
    return {"context": {"id": identity}, "subject": {"id": "ns/ModelServer/m"}}


class Broker:
    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes, bytes]] = []
        self.closed = False
        self.failure: Exception | None = None

    def deliver(self, topic: str, key: bytes, value: bytes, timeout: float) -> None:
        if self.failure is not None:
            raise self.failure
        self.sent.append((topic, key, value))

    def close(self) -> None:
        self.closed = True


def announcer(broker: Broker | None, metrics: Metrics) -> Announcer:
    return Announcer(producer=broker, topic="changes", metrics=metrics)


def count(metrics: Metrics, result: str) -> float | None:
    name = "swirl_operator_change_events_total"
    return metrics.registry.get_sample_value(name, {"result": result})


async def test_changes_are_sent_keyed_by_their_subject_and_only_once() -> None:
    broker, metrics = Broker(), Metrics()
    sender = announcer(broker, metrics)
    await sender.announce([change("1"), change("2")])
    await sender.announce([change("2"), change("3")])
    assert [json.loads(value)["context"]["id"] for _, _, value in broker.sent] == ["1", "2", "3"]
    assert broker.sent[0][:2] == ("changes", b"ns/ModelServer/m")
    assert count(metrics, "acknowledged") == 3
    await sender.close()
    assert broker.closed


@pytest.mark.parametrize("failure", [NotDelivered("no answer"), RecordLost("no answer")])
async def test_without_acknowledgement_it_failed_and_is_sent_again(failure: Exception) -> None:
    broker, metrics = Broker(), Metrics()
    sender = announcer(broker, metrics)
    await sender.announce([change("0")])
    broker.failure = failure
    with pytest.raises(AnnouncementFailed, match="no answer"):
        await sender.announce([change("1")])
    assert count(metrics, "failed") == 1
    broker.failure = None
    await sender.announce([change("1")])
    assert count(metrics, "acknowledged") == 2
    assert len(broker.sent) == 2
    await sender.close()


async def test_what_was_not_tried_has_not_failed() -> None:
    broker, metrics = Broker(), Metrics()
    sender = announcer(broker, metrics)
    broker.failure = Paused("failed a moment ago")
    with pytest.raises(AnnouncementFailed, match="a moment ago"):
        await sender.announce([change("1")])
    assert count(metrics, "failed") is None
    await sender.close()


async def test_without_a_broker_changes_are_dropped_with_one_word(
    caplog: pytest.LogCaptureFixture,
) -> None:
    metrics = Metrics()
    sender = announcer(None, metrics)
    await sender.announce([change("1")])
    await sender.announce([change("1"), change("2")])
    assert count(metrics, "dropped") == 2
    assert len(caplog.records) == 1
    await sender.close()


async def test_an_unreachable_broker_fails_within_its_timeout() -> None:
    producer = DurableProducer(KafkaSettings(bootstrap_servers="127.0.0.1:1"))
    sender = Announcer(producer=producer, topic="changes", metrics=Metrics(), timeout=0.5)
    with pytest.raises(AnnouncementFailed, match="cannot be reached: nothing listens there"):
        await sender.announce([change("1")])
    with pytest.raises(AnnouncementFailed, match="a moment ago"):
        await sender.announce([change("2")])
    await sender.close()
