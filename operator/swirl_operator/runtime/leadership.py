"""Holding the Lease: only its holder's workers may write.

The holder gives up on its own after `renew_deadline` without a successful renewal, well before
others may take over after `lease_seconds`. `check` is a fence in front of every write for the
case that this process itself was asleep (a stopped VM, a blocked event loop) and has not noticed.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime

from swirl.kube.errors import AlreadyExists, ApiError, Conflict, NotFound
from swirl.kube.resources import LEASES
from swirl_operator.runtime.api import Api
from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.lease import (
    Move,
    Seen,
    decide,
    new_lease,
    observe,
    released,
    renewed,
    taken,
)
from swirl_operator.runtime.options import Options

logger = logging.getLogger(__name__)


class NotLeader(Exception):
    """A write was stopped because this process may not be the leader any more."""


class Leadership:
    """The election loop of one process."""

    def __init__(
        self,
        *,
        api: Api,
        options: Options,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._api = api
        self._options = options
        self._clock = clock
        self._now = now
        self._seen: Seen | None = None
        self._renewed_at: float | None = None

    @property
    def leading(self) -> bool:
        """True while the last successful renewal is recent enough to be sure."""
        if self._renewed_at is None:
            return False
        return self._clock() - self._renewed_at < self._options.renew_deadline_seconds

    def check(self) -> None:
        if not self.leading:
            raise NotLeader(f"{self._options.identity} does not hold the lease")

    async def acquire(self) -> None:
        """Return once this process is the leader."""
        while not await self._try():
            await asyncio.sleep(self._options.renew_period_seconds)
        logger.info("%s is the leader", self._options.identity)

    async def hold(self) -> None:
        """Renew; return when leadership is lost."""
        while self.leading:
            await asyncio.sleep(self._options.renew_period_seconds)
            if not await self._try() and self._held_by_other():
                break
        self._renewed_at = None
        logger.error("%s has lost the lease", self._options.identity)

    async def release(self) -> None:
        """Hand over at once instead of letting the others wait for the expiry."""
        if not self.leading or self._seen is None or self._seen.lease is None:
            return
        self._renewed_at = None
        try:
            await self._api.update(LEASES, released(self._seen.lease, self._now()))
        except ApiError as error:
            logger.warning("the lease could not be released and has to expire: %s", error)

    async def _try(self) -> bool:
        """One attempt to get or keep the Lease; its time counts from *before* the request."""
        started = self._clock()
        known_until = (self._renewed_at or started) + self._options.renew_deadline_seconds
        try:
            async with asyncio.timeout(max(0.1, known_until - started)):
                return await self._attempt(started)
        except (Conflict, AlreadyExists):
            logger.info("another process was faster at the lease")
        except (ApiError, TimeoutError) as error:
            logger.warning("the lease cannot be read or written: %s", error)
        return False

    async def _attempt(self, started: float) -> bool:
        options = self._options
        current = await self._read()
        self._seen = observe(self._seen, current, self._clock())
        move = decide(self._seen, options.identity, self._clock())
        seconds, now = options.lease_seconds, self._now()
        if move is Move.WAIT:
            return False
        if current is None:
            fresh = new_lease(
                options.lease_namespace, options.lease_name, options.identity, seconds, now
            )
            answer = await self._api.create(LEASES, fresh)
        elif move is Move.TAKE:
            answer = await self._api.update(LEASES, taken(current, options.identity, seconds, now))
        else:
            answer = await self._api.update(
                LEASES, renewed(current, options.identity, seconds, now)
            )
        self._seen = observe(self._seen, answer, self._clock())
        self._renewed_at = started
        return True

    async def _read(self) -> Object | None:
        options = self._options
        try:
            return await self._api.get(LEASES, options.lease_namespace, options.lease_name)
        except NotFound:
            return None

    def _held_by_other(self) -> bool:
        if self._seen is None or self._seen.lease is None:
            return False
        holder = (self._seen.lease.get("spec") or {}).get("holderIdentity")
        return holder != self._options.identity
