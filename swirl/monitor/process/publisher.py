"""Publishes verdicts on Kafka, for whoever wants to act on them; see `swirl.wire.verdict`."""

from __future__ import annotations

import contextlib
import logging
import time
from typing import Any, Protocol

from kafka import KafkaProducer
from kafka.errors import KafkaError

from swirl.api.v1alpha1.swirlmonitor import Verdict
from swirl.metrics.reachable import reachable
from swirl.monitor.core.state import LEARNING
from swirl.wire.verdict import VerdictRecord

logger = logging.getLogger(__name__)

_BLOCK_MS = 3_000
_RETRY_SECONDS = 10.0


class Publisher(Protocol):
    """Where verdicts go besides the status."""

    def offer(self, verdict: Verdict) -> None:
        """Take a verdict to be published; verdicts that say the same are published once."""

    def flush(self) -> None:
        """Try to deliver; what fails is kept for the next time."""


class KafkaPublisher:
    """Publishes Healthy and Broken verdicts; that it is learning helps nobody.

    Args:
        bootstrap_servers: Kafka's `host:port`, several separated by commas.
        topic: of the verdicts.
        namespace, name: of the monitor.
    """

    def __init__(self, bootstrap_servers: str, topic: str, namespace: str, name: str) -> None:
        self._servers = bootstrap_servers
        self._topic = topic
        self._namespace = namespace
        self._name = name
        self._producer: Any = None
        self._pending: list[VerdictRecord] = []
        self._last: str | None = None
        self._retry_at = 0.0

    def offer(self, verdict: Verdict) -> None:
        """See `Publisher`."""
        if verdict.state == LEARNING:
            return
        body = verdict.model_dump(by_alias=True, exclude_none=True)
        record = VerdictRecord(self._namespace, self._name, body)
        if record.id != self._last:
            self._last = record.id
            self._pending.append(record)

    def flush(self) -> None:
        """See `Publisher`; after a failure the next attempt is some seconds later."""
        if not self._pending or time.monotonic() < self._retry_at:
            return
        if self._producer is None and not reachable(self._servers):
            self._later(f"nothing answers at {self._servers}")
            return
        try:
            if self._producer is None:
                self._producer = KafkaProducer(
                    bootstrap_servers=self._servers.split(","),
                    acks="all",
                    max_block_ms=_BLOCK_MS,
                    bootstrap_timeout_ms=_BLOCK_MS,
                    request_timeout_ms=_BLOCK_MS,
                    delivery_timeout_ms=2 * _BLOCK_MS,
                    linger_ms=0,
                )
            while self._pending:
                record = self._pending[0]
                self._producer.send(self._topic, record.to_json(), key=record.source.encode()).get(
                    timeout=2 * _BLOCK_MS / 1000
                )
                del self._pending[0]
        except (KafkaError, OSError) as error:
            self.close()
            self._later(f"{type(error).__name__}: {error}")

    def _later(self, why: str) -> None:
        logger.warning("verdicts: not published, will try again: %s", why)
        self._retry_at = time.monotonic() + _RETRY_SECONDS

    def close(self) -> None:
        """Let go of connections."""
        producer, self._producer = self._producer, None
        if producer is not None:
            with contextlib.suppress(KafkaError, OSError):
                producer.close(timeout=1)
