"""Announcements count only when acknowledged."""

from __future__ import annotations

import json
from typing import Any

import pytest

from swirl_operator.runtime.announce import AnnouncementFailed, Announcer, Producer
from swirl_operator.runtime.metrics import Metrics
from tests.unit.operator.runtime.fakes import FakeClock


def change(identity: str) -> dict[str, Any]:
    return {"context": {"id": identity}, "subject": {"id": "ns/ModelServer/m"}}


class Broker:
    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes, bytes]] = []
        self.connections = 0
        self.closed = False
        self.failure: Exception | None = None

    def connect(self, bootstrap: str, timeout: float) -> Producer:
        self.connections += 1
        if self.failure is not None:
            raise self.failure
        return self

    def send(self, topic: str, *, key: bytes, value: bytes) -> Broker:
        self.sent.append((topic, key, value))
        return self

    def get(self, timeout: float) -> None:
        if self.failure is not None:
            raise self.failure

    def close(self, timeout: float) -> None:
        self.closed = True


def announcer(
    broker: Broker,
    metrics: Metrics,
    bootstrap: str | None = "broker",
    clock: FakeClock | None = None,
) -> Announcer:
    return Announcer(
        bootstrap=bootstrap,
        topic="changes",
        metrics=metrics,
        connect=broker.connect,
        clock=(clock or FakeClock()).time,
    )


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
    assert broker.connections == 1
    assert count(metrics, "acknowledged") == 3
    await sender.close()
    assert broker.closed


async def test_without_acknowledgement_it_failed_and_is_sent_again_on_a_new_connection() -> None:
    broker, metrics, clock = Broker(), Metrics(), FakeClock()
    clock.advance(100.0)
    sender = announcer(broker, metrics, clock=clock)
    await sender.announce([change("0")])
    broker.failure = TimeoutError("no answer")
    with pytest.raises(AnnouncementFailed, match="no answer"):
        await sender.announce([change("1")])
    assert count(metrics, "failed") == 1
    assert broker.closed
    broker.failure = None
    clock.advance(2.0)
    await sender.announce([change("1")])
    assert count(metrics, "acknowledged") == 2
    assert broker.connections == 2
    await sender.close()


async def test_a_broken_broker_is_not_waited_for_by_everybody() -> None:
    broker, clock = Broker(), FakeClock()
    clock.advance(100.0)
    sender = announcer(broker, Metrics(), clock=clock)
    broker.failure = TimeoutError("no answer")
    with pytest.raises(AnnouncementFailed, match="no answer"):
        await sender.announce([change("1")])
    with pytest.raises(AnnouncementFailed, match="a moment ago"):
        await sender.announce([change("2")])
    assert broker.connections == 1
    await sender.close()


async def test_without_a_broker_changes_are_dropped_with_one_word(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broker, metrics = Broker(), Metrics()
    sender = announcer(broker, metrics, bootstrap=None)
    await sender.announce([change("1")])
    await sender.announce([change("1"), change("2")])
    assert count(metrics, "dropped") == 2
    assert broker.connections == 0
    assert len(caplog.records) == 1
    await sender.close()


async def test_an_unreachable_broker_fails_within_its_timeout() -> None:
    metrics = Metrics()
    sender = Announcer(bootstrap="127.0.0.1:1", topic="changes", metrics=metrics, timeout=0.5)
    with pytest.raises(AnnouncementFailed):
        await sender.announce([change("1")])
    await sender.close()
