"""The work queue: keys, not events.

Three properties make level-triggered reconciling safe and fair:

* a key is never worked on by two workers at once; what is added meanwhile runs once more after;
* a key waits at most once, however many events point at it;
* three lanes share the workers by weight, so a flood of new objects cannot delay the status of
  running ones, a full resync delays neither, and none of them starves.
"""

from __future__ import annotations

import asyncio
import enum
import random
from collections.abc import Callable
from typing import Protocol

from swirl_operator.runtime.key import Key


class Lane(enum.Enum):
    """Urgency classes, most urgent first."""

    CHANGES = "changes"
    NEW = "new"
    RESYNC = "resync"


_WEIGHTS = {Lane.CHANGES: 8, Lane.NEW: 2, Lane.RESYNC: 1}
_URGENCY = {lane: rank for rank, lane in enumerate(Lane)}


class Handle(Protocol):
    def cancel(self) -> None: ...


class Clock(Protocol):
    """The two things the queue needs of an event loop, so that tests can turn time by hand."""

    def time(self) -> float: ...

    def call_later(self, delay: float, callback: Callable[[], object], /) -> Handle: ...


class WorkQueue:
    """De-duplicating queue with lanes, delayed adds and exponential backoff per key."""

    def __init__(
        self,
        *,
        clock: Clock,
        base_delay: float = 0.5,
        max_delay: float = 300.0,
        jitter: Callable[[], float] = random.random,
        on_wait: Callable[[Lane, float], None] = lambda lane, seconds: None,
    ) -> None:
        self._clock = clock
        self._base_delay = base_delay
        self._max_delay = max_delay
        self._jitter = jitter
        self._on_wait = on_wait
        self._waiting: dict[Lane, dict[Key, float]] = {lane: {} for lane in Lane}
        self._lane_of: dict[Key, Lane] = {}
        self._turn: dict[Lane, float] = dict.fromkeys(Lane, 0.0)
        self._started: dict[Key, float] = {}
        self._again: dict[Key, Lane] = {}
        self._timers: dict[Key, Handle] = {}
        self._failures: dict[Key, int] = {}
        self._available = asyncio.Event()

    def add(self, key: Key, lane: Lane = Lane.CHANGES) -> None:
        """Reconcile `key` as soon as its lane allows; an urgent reason promotes a waiting key."""
        if key in self._started:
            current = self._again.get(key)
            if current is None or _URGENCY[lane] < _URGENCY[current]:
                self._again[key] = lane
            return
        since = self._clock.time()
        current = self._lane_of.get(key)
        if current is not None:
            if _URGENCY[current] <= _URGENCY[lane]:
                return
            since = self._waiting[current].pop(key)
        self._enter(key, lane, since)

    def schedule(self, key: Key, delay: float | None) -> None:
        """Set *the* next timed look at `key`; replaces the former one, `None` removes it.

        Each plan says completely when it wants to be asked again, so an older wish is void.
        """
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()
        if delay is None:
            return
        if delay <= 0:
            self.add(key)
            return
        self._timers[key] = self._clock.call_later(delay, lambda: self._due(key))

    def retry(self, key: Key, *, at_most: float | None = None) -> float:
        """Schedule `key` after a failure; returns the delay chosen.

        Exponential with full jitter on the upper half: keys that failed together (an API server
        restart) do not come back together.
        """
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        ceiling = min(self._max_delay, self._base_delay * 2.0 ** min(failures, 32))
        delay = ceiling * (0.5 + 0.5 * self._jitter())
        if at_most is not None:
            delay = min(delay, at_most)
        self.schedule(key, delay)
        return delay

    def succeeded(self, key: Key) -> None:
        """The next failure of `key` starts from the smallest delay again."""
        self._failures.pop(key, None)

    def discard(self, key: Key) -> None:
        """The object is gone: no timer and no failure count may outlive it."""
        self.schedule(key, None)
        self._failures.pop(key, None)

    async def get(self) -> Key:
        """The next key; the caller owns it until `done`."""
        while (lane := self._next_lane()) is None:
            self._available.clear()
            await self._available.wait()
        key = next(iter(self._waiting[lane]))
        since = self._waiting[lane].pop(key)
        del self._lane_of[key]
        now = self._clock.time()
        self._turn[lane] += 1.0 / _WEIGHTS[lane]
        self._started[key] = now
        self._on_wait(lane, now - since)
        return key

    def done(self, key: Key) -> None:
        """Give `key` back; it re-enters its lane if something happened meanwhile."""
        del self._started[key]
        lane = self._again.pop(key, None)
        if lane is not None:
            self._enter(key, lane, self._clock.time())

    def depth(self, lane: Lane) -> int:
        return len(self._waiting[lane])

    def delayed(self) -> int:
        return len(self._timers)

    def longest_running(self) -> float:
        """Seconds since the oldest unfinished reconcile began; 0 when idle."""
        if not self._started:
            return 0.0
        return self._clock.time() - min(self._started.values())

    def _due(self, key: Key) -> None:
        self._timers.pop(key, None)
        self.add(key)

    def _enter(self, key: Key, lane: Lane, since: float) -> None:
        if not self._waiting[lane]:
            # A lane that was idle has not saved up turns: it joins at the others' position.
            busy = [self._turn[other] for other in Lane if self._waiting[other]]
            self._turn[lane] = max(self._turn[lane], min(busy, default=self._turn[lane]))
        self._waiting[lane][key] = since
        self._lane_of[key] = lane
        self._available.set()

    def _next_lane(self) -> Lane | None:
        busy = [lane for lane in Lane if self._waiting[lane]]
        return min(busy, key=lambda lane: (self._turn[lane], _URGENCY[lane]), default=None)
