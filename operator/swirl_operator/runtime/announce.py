"""Change events on Kafka: the one answer to "what changed?" that needs no integration.

A change is announced before the status says it happened, and only an acknowledged announcement
counts. Consumers drop repeats by `context.id`; the memory here merely saves the obvious ones.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from swirl.kafka.delivery import Paused, Producer
from swirl_operator.runtime.metrics import Metrics

logger = logging.getLogger(__name__)

_REMEMBERED = 4096
_CLOSE_SECONDS = 1.0


class AnnouncementFailed(Exception):
    """The broker did not acknowledge in time; the reconcile is tried again later."""


class Announcer:
    """Sends change events and waits until the broker has them."""

    def __init__(
        self,
        *,
        producer: Producer | None,
        topic: str,
        metrics: Metrics,
        timeout: float = 5.0,
    ) -> None:
        self._producer = producer
        self._topic = topic
        self._metrics = metrics
        self._timeout = timeout
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="announce")
        self._acknowledged: OrderedDict[str, None] = OrderedDict()
        self._told = False

    async def announce(self, changes: Sequence[dict[str, Any]]) -> None:
        """Send what has not been acknowledged yet.

        Raises:
            AnnouncementFailed: Kafka has not taken all of it.
        """
        fresh = [change for change in changes if _id(change) not in self._acknowledged]
        if not fresh:
            return
        if self._producer is None:
            self._drop(fresh)
            return
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._thread, self._send, self._producer, fresh)
        except Paused as error:
            raise AnnouncementFailed(str(error)) from error
        except Exception as error:
            self._metrics.changes.labels("failed").inc(len(fresh))
            raise AnnouncementFailed(str(error)) from error
        self._metrics.changes.labels("acknowledged").inc(len(fresh))
        self._remember(fresh)

    async def close(self) -> None:
        """Nothing is pending by design; only the connections are closed."""
        loop = asyncio.get_running_loop()
        if self._producer is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await loop.run_in_executor(self._thread, self._producer.close)
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _send(self, producer: Producer, changes: Sequence[dict[str, Any]]) -> None:
        for change in changes:
            producer.deliver(
                self._topic,
                str(change["subject"]["id"]).encode(),
                json.dumps(change, separators=(",", ":")).encode(),
                self._timeout,
            )

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
