"""Change events on Kafka: the one answer to "what changed?" that needs no integration.

A change is announced before the status says it happened, and only an acknowledged announcement
counts. Consumers drop repeats by `context.id`; the memory here merely saves the obvious ones.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any, Protocol

from swirl.metrics.reachable import reachable
from swirl_operator.runtime.metrics import Metrics

logger = logging.getLogger(__name__)

_REMEMBERED = 4096
_PAUSE_SECONDS = 2.0
_CLOSE_SECONDS = 1.0


class AnnouncementFailed(Exception):
    """The broker did not acknowledge in time; the reconcile is tried again later."""


class Future(Protocol):
    def get(self, timeout: float) -> object: ...


class Producer(Protocol):
    """The part of a Kafka producer that is used; blocking, so only ever called in a thread."""

    def send(self, topic: str, *, key: bytes, value: bytes) -> Future: ...

    def close(self, timeout: float) -> None: ...


def kafka_producer(bootstrap: str, timeout: float) -> Producer:
    """A producer that waits for all replicas. Imported late: without a broker it costs nothing."""
    if not reachable(bootstrap):
        raise ConnectionError("no broker accepts connections")
    milliseconds = int(timeout * 1000)
    producer: Producer = import_module("kafka").KafkaProducer(
        bootstrap_servers=[server.strip() for server in bootstrap.split(",")],
        client_id="swirl-operator",
        acks="all",
        enable_idempotence=True,
        linger_ms=0,
        request_timeout_ms=milliseconds,
        delivery_timeout_ms=milliseconds,
        max_block_ms=milliseconds,
        bootstrap_timeout_ms=milliseconds,
        metrics_enabled=False,
    )
    return producer


class Announcer:
    """Sends change events and waits until the broker has them."""

    def __init__(
        self,
        *,
        bootstrap: str | None,
        topic: str,
        metrics: Metrics,
        timeout: float = 5.0,
        connect: Callable[[str, float], Producer] = kafka_producer,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bootstrap = bootstrap
        self._topic = topic
        self._metrics = metrics
        self._timeout = timeout
        self._connect = connect
        self._clock = clock
        self._broken_until = 0.0
        self._producer: Producer | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="announce")
        self._acknowledged: OrderedDict[str, None] = OrderedDict()
        self._told = False

    async def announce(self, changes: Sequence[dict[str, Any]]) -> None:
        fresh = [change for change in changes if _id(change) not in self._acknowledged]
        if not fresh:
            return
        if self._bootstrap is None:
            self._drop(fresh)
            return
        if self._clock() < self._broken_until:
            # Every attempt blocks a worker for seconds; one in a while is enough.
            raise AnnouncementFailed(f"{self._bootstrap}: failed a moment ago")
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._thread, self._send, self._bootstrap, fresh)
        except Exception as error:
            self._metrics.changes.labels("failed").inc(len(fresh))
            self._broken_until = self._clock() + _PAUSE_SECONDS
            raise AnnouncementFailed(f"{self._bootstrap}: {error!r}") from error
        self._metrics.changes.labels("acknowledged").inc(len(fresh))
        self._remember(fresh)

    async def close(self) -> None:
        """Nothing is pending by design; only the connections are closed."""
        loop = asyncio.get_running_loop()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await loop.run_in_executor(self._thread, self._discard)
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _send(self, bootstrap: str, changes: Sequence[dict[str, Any]]) -> None:
        if self._producer is None:
            self._producer = self._connect(bootstrap, self._timeout)
        try:
            pending = [
                self._producer.send(
                    self._topic,
                    key=str(change["subject"]["id"]).encode(),
                    value=json.dumps(change, separators=(",", ":")).encode(),
                )
                for change in changes
            ]
            for future in pending:
                future.get(timeout=self._timeout)
        except Exception:
            # After a lost record an idempotent producer may refuse all that follow.
            self._discard()
            raise

    def _discard(self) -> None:
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            producer.close(timeout=0)
        except Exception as error:
            # Records under way are given up on purpose; the library reports just that.
            logger.debug("the old producer ended with %r", error)

    def _drop(self, changes: Sequence[dict[str, Any]]) -> None:
        if not self._told:
            logger.warning("no Kafka broker is configured: change events are not published")
            self._told = True
        self._metrics.changes.labels("dropped").inc(len(changes))
        self._remember(changes)

    def _remember(self, changes: Sequence[dict[str, Any]]) -> None:
        for change in changes:
            self._acknowledged[_id(change)] = None
        while len(self._acknowledged) > _REMEMBERED:
            self._acknowledged.popitem(last=False)


def _id(change: dict[str, Any]) -> str:
    return str(change["context"]["id"])
