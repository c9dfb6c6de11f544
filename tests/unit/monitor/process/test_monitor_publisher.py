"""Publishing verdicts: which, and how often."""

from __future__ import annotations

import json

import pytest

from swirl.api.v1alpha1.swirlmonitor import Verdict
from swirl.kafka.delivery import NotDelivered, RecordLost
from swirl.monitor.process.publisher import KafkaPublisher
from swirl.wire.verdict import VerdictRecord

BROKEN = Verdict(
    state="Broken",
    summary="It broke",
    message="why",
    since="2023-11-14T22:13:20Z",
    node="judge",
)


def id_of(verdict: Verdict, name: str = "m") -> str:
    return VerdictRecord("shop", name, verdict.model_dump(by_alias=True, exclude_none=True)).id


def test_the_same_verdict_has_the_same_id() -> None:
    assert id_of(BROKEN) == id_of(BROKEN.model_copy(update={"message": "why, in other words"}))


@pytest.mark.parametrize(
    "other",
    [
        {"since": "2023-11-14T22:13:25Z"},
        {"node": "show"},
        {"summary": "It is broken"},
        {"state": "Healthy"},
    ],
)
def test_another_verdict_has_another(other: dict[str, str]) -> None:
    assert id_of(BROKEN) != id_of(BROKEN.model_copy(update=other))
    assert id_of(BROKEN) != id_of(BROKEN, "n")


def test_the_record_carries_the_verdict_of_the_status() -> None:
    body = BROKEN.model_dump(by_alias=True, exclude_none=True)
    read = VerdictRecord.from_json(VerdictRecord("shop", "m", body).to_json())
    assert (read.namespace, read.name) == ("shop", "m")
    assert Verdict.model_validate(read.verdict) == BROKEN


class Producer:
    """Says no as often as the test wants."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.sent: list[tuple[str, bytes, bytes]] = []

    def deliver(self, topic: str, key: bytes, value: bytes, timeout: float) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append((topic, key, value))

    def close(self) -> None:
        """There is nothing to close."""


def test_what_fails_is_kept_and_said_once(caplog: pytest.LogCaptureFixture) -> None:
    producer = Producer(NotDelivered("nobody"), RecordLost("too late"))
    publisher = KafkaPublisher(producer, "verdicts", "shop", "m")
    publisher.offer(BROKEN)
    publisher.flush()
    publisher.offer(BROKEN.model_copy(update={"state": "Healthy"}))
    publisher.flush()
    assert sum("will try again" in record.message for record in caplog.records) == 1
    publisher.flush()
    assert [json.loads(value)["verdict"]["state"] for _, _, value in producer.sent] == [
        "Broken",
        "Healthy",
    ]
    assert {sent[:2] for sent in producer.sent} == {("verdicts", b"shop/SwirlMonitor/m")}


def test_what_says_the_same_and_what_says_nothing_is_not_published() -> None:
    producer = Producer()
    publisher = KafkaPublisher(producer, "verdicts", "shop", "m")
    for verdict in (BROKEN.model_copy(update={"state": "Learning"}), BROKEN, BROKEN):
        publisher.offer(verdict)
        publisher.flush()
    assert len(producer.sent) == 1
