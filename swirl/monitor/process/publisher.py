"""Publishes verdicts on the findings topic, for whoever wants to act on them.

A finding's id follows from what it says: an engine that starts again and says the same gives it
the same id, and a reader can drop the repeat.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import time
from typing import Any, Protocol

from kafka import KafkaProducer
from kafka.errors import KafkaError

from swirl.metrics.reachable import reachable
from swirl.monitor.core.verdict import LEARNING, Verdict, rfc3339

logger = logging.getLogger(__name__)

FORMAT_VERSION = 1
_BLOCK_MS = 3_000
_RETRY_SECONDS = 10.0


class Publisher(Protocol):
    """Where verdicts go besides the status."""

    def offer(self, verdict: Verdict) -> None:
        """Take a verdict to be published; verdicts that say the same are published once."""

    def flush(self) -> None:
        """Try to deliver; what fails is kept for the next time."""


def finding_id(namespace: str, name: str, verdict: Verdict) -> str:
    """Deterministic id of a verdict of a monitor."""
    parts = [namespace, name, verdict.state, verdict.since, verdict.node, verdict.summary]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def finding(namespace: str, name: str, verdict: Verdict) -> bytes:
    """The Kafka record of a verdict."""
    body = {
        "v": FORMAT_VERSION,
        "id": finding_id(namespace, name, verdict),
        "source": f"{namespace}/SwirlMonitor/{name}",
        "time": None if verdict.since is None else rfc3339(verdict.since),
        "verdict": verdict.to_dict(),
    }
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


class KafkaPublisher:
    """Publishes Healthy and Broken verdicts; that it is learning is nobody's finding.

    Args:
        bootstrap_servers: Kafka's `host:port`, several separated by commas.
        topic: of the findings.
        namespace, name: of the monitor.
    """

    def __init__(self, bootstrap_servers: str, topic: str, namespace: str, name: str) -> None:
        self._servers = bootstrap_servers
        self._topic = topic
        self._namespace = namespace
        self._name = name
        self._producer: Any = None
        self._pending: list[bytes] = []
        self._last: str | None = None
        self._retry_at = 0.0

    def offer(self, verdict: Verdict) -> None:
        """See `Publisher`."""
        if verdict.state == LEARNING:
            return
        identity = finding_id(self._namespace, self._name, verdict)
        if identity != self._last:
            self._last = identity
            self._pending.append(finding(self._namespace, self._name, verdict))

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
            key = f"{self._namespace}/SwirlMonitor/{self._name}".encode()
            while self._pending:
                self._producer.send(self._topic, self._pending[0], key=key).get(
                    timeout=2 * _BLOCK_MS / 1000
                )
                del self._pending[0]
        except (KafkaError, OSError) as error:
            self.close()
            self._later(f"{type(error).__name__}: {error}")

    def _later(self, why: str) -> None:
        logger.warning("findings: not published, will try again: %s", why)
        self._retry_at = time.monotonic() + _RETRY_SECONDS

    def close(self) -> None:
        """Let go of connections."""
        producer, self._producer = self._producer, None
        if producer is not None:
            with contextlib.suppress(KafkaError, OSError):
                producer.close(timeout=1)
