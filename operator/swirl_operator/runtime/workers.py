"""The worker loop: takes keys, reconciles, and survives whatever a reconcile does."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from swirl.kube.errors import ApiError
from swirl_operator.runtime.announce import AnnouncementFailed
from swirl_operator.runtime.key import Key
from swirl_operator.runtime.leadership import NotLeader
from swirl_operator.runtime.metrics import Metrics
from swirl_operator.runtime.queue import WorkQueue
from swirl_operator.runtime.reconcile import Result

logger = logging.getLogger(__name__)

# News of a change is worth most while a fault that it caused is young: once Kafka is back, nobody
# should have to wait for it as long as for an object that failed for hours.
_NEWS_RETRY_SECONDS = 10.0


class Workers:
    """A fixed number of tasks on one queue. They wait on the API server, not on each other."""

    def __init__(
        self,
        *,
        queue: WorkQueue,
        reconcile: Callable[[Key], Awaitable[Result]],
        metrics: Metrics,
        count: int,
    ) -> None:
        self._queue = queue
        self._reconcile = reconcile
        self._metrics = metrics
        self._count = count
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._work(), name=f"worker-{n}") for n in range(self._count)
        ]

    async def stop(self) -> None:
        """At once: a write in flight is either done or not, and the next leader finds out."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    def dead(self) -> list[str]:
        """Names of workers that ended by themselves, which they never should."""
        return [task.get_name() for task in self._tasks if task.done()]

    async def _work(self) -> None:
        while True:
            key = await self._queue.get()
            try:
                await self.process(key)
            finally:
                self._queue.done(key)

    async def process(self, key: Key) -> None:
        """One key, to the end; every exception becomes a backoff of this key alone."""
        started = time.perf_counter()
        try:
            result = await self._reconcile(key)
        except NotLeader:
            # Nobody to blame and nothing to say; but a lease that was late may yet be renewed.
            outcome = "fenced"
            self._queue.retry(key)
        except Exception as error:
            outcome = "error"
            self._failed(key, error)
        else:
            outcome = result.outcome
            self._settle(key, result)
        elapsed = time.perf_counter() - started
        self._metrics.reconcile.labels(key.kind, outcome).observe(elapsed)

    def _failed(self, key: Key, error: Exception) -> None:
        self._metrics.reconcile_errors.labels(key.kind, type(error).__name__).inc()
        news = isinstance(error, AnnouncementFailed)
        delay = self._queue.retry(key, at_most=_NEWS_RETRY_SECONDS if news else None)
        if news or isinstance(error, ApiError):
            logger.warning("%s: %s; again in %.1f s", key, error, delay)
        else:
            logger.error("%s: failed; again in %.1f s", key, delay, exc_info=error)

    def _settle(self, key: Key, result: Result) -> None:
        if result.retry:
            self._queue.retry(key, at_most=result.requeue_after)
            return
        self._queue.succeeded(key)
        if result.outcome == "gone":
            self._queue.discard(key)
        else:
            self._queue.schedule(key, result.requeue_after)
