"""Statuses that can wait: what is said on the way to something, while much else is to be said.

A thousand jobs that are submitted together want to say a thousand times that they start, that they
are scheduled and that they run. Nobody reads that, and every write delays the ends, which somebody
waits for. So the first few are written at once, and beyond a pace a status that can wait is kept
here until it is some seconds old. The next one that cannot wait takes its place.

What is kept is seen by planners as if it was written. It is lost with the process, which is as if
the object had not been looked at: planners come to it again from what is there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from swirl_operator.runtime.interface import Event, Object
from swirl_operator.runtime.pace import Pace

_LONGEST_SECONDS = 10.0


@dataclass(slots=True)
class _Held:
    on: Object | None
    """The stored status that it was made from."""
    status: Object
    events: tuple[Event, ...]
    since: float


class HeldStatuses:
    """The statuses of one process that are not written yet, by uid of their objects.

    Args:
        pace: how many are written at once all the same.
        busy: whether new work waits, so that nothing that can wait is written beside it.
        clock: monotonic.
        longest: seconds that a status is kept at most.
    """

    def __init__(
        self,
        *,
        pace: Pace,
        busy: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
        longest: float = _LONGEST_SECONDS,
    ) -> None:
        self._pace = pace
        self._busy = busy
        self._clock = clock
        self._longest = longest
        self._held: dict[str, _Held] = {}

    def observed(self, obj: Object, owned: Collection[str]) -> Object:
        """The object as if everything had been written.

        Args:
            obj: as it is stored.
            owned: the fields of the stored status that are the operator's; others stay.
        """
        held = self._valid(obj)
        if held is None:
            return obj
        others = {key: value for key, value in (held.on or {}).items() if key not in owned}
        return {**obj, "status": {**others, **held.status}}

    def of(self, obj: Object) -> Object | None:
        """The status that is kept, if any."""
        held = self._valid(obj)
        return None if held is None else held.status

    def keep(self, obj: Object, status: Object, events: tuple[Event, ...]) -> float | None:
        """Keep `status`; the seconds until it must be written, or None: write it now."""
        held, now = self._valid(obj), self._clock()
        since = now if held is None else held.since
        left = since + self._longest - now
        if left <= 0:
            return None
        if held is not None and held.status == status:
            return left
        if not self._busy() and self._pace.allows():
            return None
        before = () if held is None else held.events
        uid = obj["metadata"]["uid"]
        self._held[uid] = _Held(obj.get("status"), status, (*before, *events), since)
        return left

    def release(self, uid: str) -> tuple[Event, ...]:
        """Forget what was kept: it is written, overtaken, or its object is gone.

        Returns:
            The events that were to be told once it was written.
        """
        held = self._held.pop(uid, None)
        return () if held is None else held.events

    def _valid(self, obj: Object) -> _Held | None:
        uid = obj["metadata"]["uid"]
        held = self._held.get(uid)
        if held is None:
            return None
        stored = obj.get("status")
        if held.on is stored or held.on == stored:
            return held
        # Somebody else has written, or lost, the status: what is stored counts.
        del self._held[uid]
        return None
