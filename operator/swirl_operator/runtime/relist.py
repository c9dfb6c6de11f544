"""Full lists: once before any work, and then rarely, as a net under the watches.

Every relist also puts every object in the queue's slowest lane, so that no lost timer or missed
dependency leaves an object unattended for longer than one interval.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable

from swirl.kube.errors import ApiError, NotFound
from swirl.kube.resources import Resource
from swirl_operator.runtime.api import Api
from swirl_operator.runtime.cache import Cache
from swirl_operator.runtime.freshness import Freshness
from swirl_operator.runtime.metrics import Metrics
from swirl_operator.runtime.options import Options
from swirl_operator.runtime.owner import SELECTOR
from swirl_operator.runtime.queue import Lane
from swirl_operator.runtime.router import Router

logger = logging.getLogger(__name__)

_RETRY_SECONDS = 5.0
_LOOK_SECONDS = 15.0


class Relist:
    """Fills the cache at the start and compares it with the cluster ever after."""

    def __init__(
        self,
        *,
        api: Api,
        cache: Cache,
        router: Router,
        freshness: Freshness,
        metrics: Metrics,
        options: Options,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._api = api
        self._cache = cache
        self._router = router
        self._freshness = freshness
        self._metrics = metrics
        self._options = options
        self._clock = clock
        self._jitter = jitter
        self._sleep = sleep
        self._done_at: float | None = None
        self._tried_at = clock()

    @property
    def synced(self) -> bool:
        """Whether the cache has been complete once."""
        return self._done_at is not None

    def overdue(self) -> bool:
        """Several intervals have passed without one complete relist."""
        if self._done_at is None:
            return False
        return self._clock() - self._done_at > 3 * self._options.relist_seconds

    async def first(self) -> None:
        """Return when everything has been listed once; patient with what is not there yet."""
        while True:
            try:
                await self.all()
                return
            except ApiError as error:
                logger.warning("not all resources can be listed yet (CRDs, access?): %s", error)
                await asyncio.sleep(_RETRY_SECONDS)

    async def run(self) -> None:
        """The repeats. The first one is early, see `Options.second_relist_seconds`."""
        due = self._clock() + self._options.second_relist_seconds
        while True:
            await self._sleep(min(_LOOK_SECONDS, max(0.0, due - self._clock())))
            if self._clock() < due and not self._doubtful():
                continue
            self._tried_at = self._clock()
            try:
                await self.all()
            except ApiError as error:
                logger.warning("relist failed: %s", error)
            else:
                if self._router.active:
                    self._router.enqueue_all(Lane.RESYNC)
            interval = self._options.relist_seconds * (0.8 + 0.4 * self._jitter())
            due = self._clock() + interval

    def _doubtful(self) -> bool:
        """A watch is late, and no list has been tried because of that just now."""
        now = self._clock()
        pause = self._options.watch_grace_seconds / 2
        return now - self._tried_at > pause and self._freshness.suspicious(now)

    async def all(self) -> None:
        initial = not self.synced
        for resource in self._router.resources:
            corrections = 0
            for namespace in self._options.namespaces or (None,):
                if resource.namespaced or namespace is None:
                    corrections += await self._one(resource, namespace)
                else:
                    corrections += await self._named(resource, namespace)
            self._metrics.cached_objects.labels(resource.plural).set(self._cache.count(resource))
            if corrections and not initial:
                self._metrics.relist_corrections.labels(resource.plural).inc(corrections)
                logger.info(
                    "relist of %s: %d objects were not current", resource.plural, corrections
                )
        self._done_at = self._clock()

    async def _named(self, resource: Resource, name: str) -> int:
        """One object without a namespace: who may see only some may not list all."""
        try:
            obj = await self._api.get(resource, name, name)
        except NotFound:
            cached = self._cache.get(resource, name, name)
            if cached is not None:
                self._router.absent(resource, cached)
            return int(cached is not None)
        return int(self._router.listed(resource, obj, watched=False))

    async def _one(self, resource: Resource, namespace: str | None) -> int:
        listed: set[str] = set()
        taken_at = ""
        corrections = 0
        selector = "" if self._router.is_kind(resource) else SELECTOR
        pages = self._api.pages(resource, namespace, label_selector=selector)
        async for items, version in pages:
            taken_at = version
            for obj in items:
                listed.add(obj["metadata"]["uid"])
                corrections += self._router.listed(resource, obj)
            await asyncio.sleep(0)
        as_of = int(taken_at) if taken_at.isdecimal() else 0
        gone = self._cache.missing_from(
            resource,
            listed=listed,
            version=as_of,
            within=lambda where: namespace is None or where == namespace,
        )
        for obj in gone:
            self._router.unlisted(resource, obj, as_of)
        return corrections + len(gone)
