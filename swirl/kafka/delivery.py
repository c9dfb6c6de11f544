"""What is promised about a record that is given to Kafka."""

from __future__ import annotations

from typing import Protocol

RETRY_SECONDS = 2.0
"""After a failure nothing new is tried for this long: each attempt costs its caller seconds."""


class NotDelivered(Exception):
    """Kafka has not confirmed the record yet: pass the same record again later."""


class Paused(NotDelivered):
    """Kafka failed less than `RETRY_SECONDS` ago; nothing was tried."""


class RecordLost(Exception):
    """The record was given up for good; the message says why."""


class Producer(Protocol):
    """Delivers records; used by one thread. `swirl.kafka.producer.DurableProducer` does it."""

    def deliver(self, topic: str, key: bytes, value: bytes, timeout: float) -> None:
        """Return when Kafka has confirmed the record, within about `timeout` seconds.

        A record that is passed again while it is under way is waited for, and not sent twice.

        Raises:
            NotDelivered: not yet.
            RecordLost: never; passed again, it is sent as a new one.
        """

    def close(self) -> None:
        """Let go of connections, without waiting for records under way."""
