"""The durable producer over a client whose faults are provoked."""

from __future__ import annotations

import socket
from typing import Any, ClassVar

import pytest
from kafka.errors import (
    KafkaConnectionError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    SaslAuthenticationFailedError,
)

from swirl.kafka import producer as module
from swirl.kafka.delivery import RETRY_SECONDS, NotDelivered, Paused, RecordLost
from swirl.kafka.producer import DurableProducer
from swirl.wire.kafka import KafkaSettings

RECORD = ("topic", b"key", b"value")
OTHER = ("topic", b"key", b"other")


class Future:
    def __init__(self) -> None:
        self.is_done = False
        self.error: Exception | None = None
        self.timeouts: list[float] = []

    def end(self, error: Exception | None = None) -> None:
        self.is_done, self.error = True, error

    def get(self, timeout: float) -> None:
        self.timeouts.append(timeout)
        if not self.is_done:
            raise KafkaTimeoutError("not yet")
        if self.error is not None:
            raise self.error


class Client:
    """Stands for the library's producer; the tests end its futures."""

    made: ClassVar[list[Client]] = []
    refusal: Exception | None = None

    def __init__(self, **options: Any) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.options = options
        self.sent: list[tuple[bytes, Future]] = []
        self.failure: Exception | None = None
        self.closed = False
        self.made.append(self)

    def send(self, topic: str, value: bytes, *, key: bytes) -> Future:
        if self.failure is not None:
            raise self.failure
        future = Future()
        self.sent.append((value, future))
        return future

    def close(self, timeout: float) -> None:
        self.closed = True
        raise KafkaTimeoutError("records are under way")


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> list[Client]:
    monkeypatch.setattr(Client, "made", [])
    monkeypatch.setattr(module, "KafkaProducer", Client)
    monkeypatch.setattr(module, "trouble_of", lambda *_, **__: None)
    return Client.made


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def producer(clients: list[Client], clock: Clock) -> DurableProducer:
    return DurableProducer(KafkaSettings(bootstrap_servers="kafka:9092"), clock=clock)


def send_unconfirmed(producer: DurableProducer) -> None:
    with pytest.raises(NotDelivered, match="no answer within 1 s"):
        producer.deliver(*RECORD, 1.0)


def test_it_is_idempotent_and_waits_for_all_replicas(
    producer: DurableProducer, clients: list[Client]
) -> None:
    send_unconfirmed(producer)
    options = clients[0].options
    assert (options["acks"], options["enable_idempotence"]) == ("all", True)
    assert options["bootstrap_servers"] == ["kafka:9092"]


def test_a_record_under_way_is_not_sent_twice(
    producer: DurableProducer, clients: list[Client], clock: Clock
) -> None:
    send_unconfirmed(producer)
    clock.now += RETRY_SECONDS
    send_unconfirmed(producer)
    clock.now += RETRY_SECONDS
    clients[0].sent[0][1].end()
    producer.deliver(*RECORD, 1.0)
    assert len(clients[0].sent) == 1
    with pytest.raises(NotDelivered):
        producer.deliver(*RECORD, 1.0)
    assert len(clients[0].sent) == 2, "confirmed, it is a new record"


def test_after_a_failure_nothing_new_is_tried_for_a_while(
    producer: DurableProducer, clients: list[Client], clock: Clock
) -> None:
    send_unconfirmed(producer)
    with pytest.raises(Paused, match="failed a moment ago"):
        producer.deliver(*OTHER, 1.0)
    clock.now += RETRY_SECONDS
    with pytest.raises(NotDelivered):
        producer.deliver(*OTHER, 1.0)
    assert [value for value, _ in clients[0].sent] == [b"value", b"other"]


def test_meanwhile_a_record_under_way_is_looked_at_and_not_waited_for(
    producer: DurableProducer, clients: list[Client]
) -> None:
    send_unconfirmed(producer)
    future = clients[0].sent[0][1]
    with pytest.raises(NotDelivered):
        producer.deliver(*RECORD, 1.0)
    assert future.timeouts == [1.0, 0.0]
    future.end()
    producer.deliver(*RECORD, 1.0)


def test_after_a_lost_record_the_client_is_made_anew(
    producer: DurableProducer, clients: list[Client], clock: Clock
) -> None:
    send_unconfirmed(producer)
    clients[0].sent[0][1].end(KafkaConnectionError("gone"))
    with pytest.raises(RecordLost, match=r"lost a record of topic.*gone"):
        producer.deliver(*RECORD, 1.0)
    assert clients[0].closed
    clock.now += RETRY_SECONDS
    send_unconfirmed(producer)
    assert len(clients) == 2


@pytest.mark.parametrize(
    ("failure", "error", "match", "closed"),
    [
        (MessageSizeTooLargeError("1 GB"), RecordLost, r"refused a record of topic.*1 GB", True),
        # Neither a topic nor a password that is put right has cost a record.
        (
            KafkaTimeoutError("no metadata"),
            NotDelivered,
            r"topic cannot be reached: .*no metadata",
            False,
        ),
        (SaslAuthenticationFailedError("who are you?"), NotDelivered, r"who are you\?", True),
    ],
)
def test_what_is_found_out_before_a_record_is_sent(
    producer: DurableProducer,
    clients: list[Client],
    clock: Clock,
    failure: Exception,
    error: type[Exception],
    match: str,
    closed: bool,
) -> None:
    send_unconfirmed(producer)
    clock.now += RETRY_SECONDS
    clients[0].failure = failure
    with pytest.raises(error, match=match):
        producer.deliver(*OTHER, 1.0)
    assert clients[0].closed is closed


def test_a_wrong_password_costs_no_record(
    producer: DurableProducer, clients: list[Client], clock: Clock
) -> None:
    send_unconfirmed(producer)
    clients[0].sent[0][1].end(SaslAuthenticationFailedError("who are you?"))
    with pytest.raises(NotDelivered, match=r"who are you\?"):
        producer.deliver(*RECORD, 1.0)
    assert clients[0].closed


def test_a_broker_that_refuses_the_connection(
    producer: DurableProducer, clients: list[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Client, "refusal", KafkaConnectionError("no TLS here"))
    with pytest.raises(NotDelivered, match="no TLS here"):
        producer.deliver(*RECORD, 1.0)


def test_nobody_is_at_home() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
        producer = DurableProducer(KafkaSettings(bootstrap_servers=address))
        with pytest.raises(NotDelivered, match=f"{address} cannot be reached: nothing"):
            producer.deliver(*RECORD, 0.1)
        producer.close()
