"""What the emitter needs of a way to Kafka."""

from __future__ import annotations

from typing import Protocol


class DeliveryFailed(Exception):
    """A record was given up for good; the message says why."""


class Transport(Protocol):
    """Delivers one record at a time; used by one thread. `KafkaTransport` does it for real."""

    def deliver(self, record: bytes, timeout: float) -> bool:
        """Whether the record is confirmed within about `timeout` seconds.

        After False the same record is passed again, and must then not be sent a second time if the
        first attempt is still under way.

        Raises:
            DeliveryFailed: the record will never arrive.
        """

    def close(self) -> None:
        """Let go of connections, without waiting for records under way."""
