"""The work queue: keys, not events.

Three properties make level-triggered reconciling safe and fair:

* a key is never worked on by two workers at once; what is added meanwhile runs once more after;
* a key waits at most once, however many events point at it;
* lanes share the workers by weight, and some workers are kept for the most urgent one. A flood of
  new objects cannot delay what is said of running ones; what failed and is tried again, or is
  looked at because a time has come, delays neither; a full resync delays nothing; none starves.
"""

from __future__ import annotations

import asyncio
import enum
import random
from collections import deque
from collections.abc import Callable
from typing import Protocol

from swirl_operator.runtime.key import Key


class Lane(enum.Enum):
    """Urgency classes, most urgent first."""

    CHANGES = "changes"
    """Something happened to an object that is being worked on."""
    BEGUN = "begun"
    """Nobody has looked at the object yet, but it is a part of something that is under way."""
    NEW = "new"
    """Nobody has looked at the object yet."""
    LATER = "later"
    """A time has come: to try again what failed, or to look once more."""
    RESYNC = "resync"
    """No reason but to be sure."""


# One submission leads to some five changes and two things begun. Were the lanes' shares less apart
# than that, new work would be taken in while the ends of the old wait.
_WEIGHTS = {Lane.CHANGES: 64, Lane.BEGUN: 8, Lane.NEW: 2, Lane.LATER: 2, Lane.RESYNC: 1}
_IDLE = (Lane.LATER, Lane.RESYNC)
_URGENCY = {lane: rank for rank, lane in enumerate(Lane)}


class Handle(Protocol):
    def cancel(self) -> None: ...


class Clock(Protocol):
    """The two things the queue needs of an event loop, so that tests can turn time by hand."""

    def time(self) -> float: ...

    def call_later(self, delay: float, callback: Callable[[], object], /) -> Handle: ...


class WorkQueue:
    """De-duplicating queue with lanes, delayed adds and exponential backoff per key.

    Args:
        clock: of the event loop.
        base_delay, max_delay: of the backoff.
        most_unhurried: so many keys of all lanes but the most urgent one are handed out at a time,
            half of them of those that are not even new; None for no limit. A worker waits for the
            API server, for seconds if a webhook is slow: with a limit below the number of workers
            there is always one for what is urgent.
        jitter: chance between 0 and 1.
        on_wait: told how long each key has waited.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        base_delay: float = 0.5,
        max_delay: float = 300.0,
        most_unhurried: int | None = None,
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
        self._lane_in_work: dict[Key, Lane] = {}
        self._most_unhurried = most_unhurried
        self._in_work: dict[Lane, int] = dict.fromkeys(Lane, 0)
        self._again: dict[Key, Lane] = {}
        self._timers: dict[Key, Handle] = {}
        self._failures: dict[Key, int] = {}
        self._waiters: deque[asyncio.Future[None]] = deque()

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

        Each plan says completely when it wants to be asked again, so an older wish is void. What
        wants to go on at once goes on in the lane that it came from.
        """
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()
        if delay is None:
            return
        if delay <= 0:
            self.add(key, self._lane_in_work.get(key, Lane.CHANGES))
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
            await self._wait()
        key = next(iter(self._waiting[lane]))
        since = self._waiting[lane].pop(key)
        del self._lane_of[key]
        now = self._clock.time()
        self._turn[lane] += 1.0 / _WEIGHTS[lane]
        self._started[key] = now
        self._lane_in_work[key] = lane
        self._in_work[lane] += 1
        self._on_wait(lane, now - since)
        return key

    def done(self, key: Key) -> None:
        """Give `key` back; it re-enters its lane if something happened meanwhile."""
        del self._started[key]
        self._in_work[self._lane_in_work.pop(key)] -= 1
        lane = self._again.pop(key, None)
        if lane is not None:
            self._enter(key, lane, self._clock.time())
        # One that was held back may be handed out now.
        self._wake()

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
        self.add(key, Lane.LATER)

    def _enter(self, key: Key, lane: Lane, since: float) -> None:
        if not self._waiting[lane]:
            # A lane that was idle has not saved up turns: it joins at the others' position.
            busy = [self._turn[other] for other in Lane if self._waiting[other]]
            self._turn[lane] = max(self._turn[lane], min(busy, default=self._turn[lane]))
        self._waiting[lane][key] = since
        self._lane_of[key] = lane
        self._wake()

    async def _wait(self) -> None:
        """Until there may be something for one who waits."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter in self._waiters:
                self._waiters.remove(waiter)
            elif not waiter.cancelled():
                # Woken and stopped in one turn of the loop: the next one gets the key.
                self._wake()
            raise

    def _wake(self) -> None:
        """One of those who wait: one key needs no more of them."""
        while self._waiters and self._next_lane() is not None:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return

    def _next_lane(self) -> Lane | None:
        busy = [lane for lane in Lane if self._waiting[lane] and self._has_room(lane)]
        return min(busy, key=lambda lane: (self._turn[lane], _URGENCY[lane]), default=None)

    def _has_room(self, lane: Lane) -> bool:
        """Whether a key of that lane may be handed out beside those that are in work."""
        most = self._most_unhurried
        if most is None or lane is Lane.CHANGES:
            return True
        idle = sum(self._in_work[other] for other in _IDLE)
        if lane in _IDLE and idle >= max(1, most // 2):
            return False
        return idle + self._in_work[Lane.BEGUN] + self._in_work[Lane.NEW] < most
