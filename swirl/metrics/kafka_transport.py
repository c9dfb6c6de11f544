"""Delivers the emitter's records through kafka-python, one at a time."""

from __future__ import annotations

import contextlib
import logging
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError

from swirl.metrics.reachable import reachable
from swirl.metrics.transport import DeliveryFailed

logger = logging.getLogger(__name__)

_CONNECT_MS = 2_000
_DELIVERY_MS = 600_000


class KafkaTransport:
    """A `Transport` that keeps one idempotent producer, made anew after a fatal error.

    Args:
        bootstrap_servers: `host:port`, several separated by commas.
        topic: where records go.
        key: key of every record.

    Raises:
        ValueError: an address is not `host:port`.
    """

    def __init__(self, bootstrap_servers: str, topic: str, key: str) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._servers = [server.strip() for server in bootstrap_servers.split(",")]
        for server in self._servers:
            host, _, port = server.rpartition(":")
            if not host or not port.isdigit():
                raise ValueError(f"Kafka server {server!r} must be written host:port")
        self._topic = topic
        self._key = key.encode()
        self._producer: Any = None
        self._pending: Any = None

    def deliver(self, record: bytes, timeout: float) -> bool:
        """See `Transport.deliver`; the first call also connects, for at most two seconds more."""
        try:
            if self._producer is None:
                if not reachable(self._bootstrap_servers):
                    return False
                self._producer = self._connect()
            if self._pending is None:
                self._pending = self._producer.send(self._topic, record, key=self._key)
        except (KafkaTimeoutError, OSError):
            return False
        except KafkaError as error:
            if self._producer is None:
                logger.debug("metrics: cannot connect to Kafka: %s", error)
                return False
            self._discard()
            raise DeliveryFailed(f"Kafka refused a metric record: {error}") from error
        return self._confirmed(timeout)

    def close(self) -> None:
        """Drop the producer; a record under way is not waited for."""
        self._discard()

    def _confirmed(self, timeout: float) -> bool:
        try:
            self._pending.get(timeout=timeout)
        except KafkaError as error:
            if not self._pending.is_done:
                return False
            # After a lost record an idempotent producer may refuse all that follow.
            self._discard()
            raise DeliveryFailed(f"Kafka lost a metric record: {error}") from error
        self._pending = None
        return True

    def _connect(self) -> Any:
        return KafkaProducer(
            bootstrap_servers=self._servers,
            bootstrap_timeout_ms=_CONNECT_MS,
            max_block_ms=_CONNECT_MS,
            delivery_timeout_ms=_DELIVERY_MS,
            reconnect_backoff_max_ms=2_000,
            metrics_enabled=False,
        )

    def _discard(self) -> None:
        producer, self._producer, self._pending = self._producer, None, None
        if producer is not None:
            # Records under way are given up on purpose, and flush reports just that.
            with contextlib.suppress(KafkaTimeoutError):
                producer.close(timeout=0)
