"""What makes a process unhealthy or not ready, as sentences. Read by the probes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from swirl_operator.runtime.freshness import Freshness
from swirl_operator.runtime.options import Options
from swirl_operator.runtime.probes import Check
from swirl_operator.runtime.queue import WorkQueue
from swirl_operator.runtime.relist import Relist
from swirl_operator.runtime.workers import Workers


class Health:
    """Liveness fails only for what a restart can cure; an absent API server is not such a case."""

    def __init__(
        self,
        *,
        options: Options,
        freshness: Freshness,
        relist: Relist,
        queue: WorkQueue,
        workers: Workers,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._options = options
        self._freshness = freshness
        self._relist = relist
        self._queue = queue
        self._workers = workers
        self._clock = clock

    def alive(self) -> Mapping[str, Check]:
        return {"watches": self._watches, "relist": self._lists, "workers": self._work}

    def ready(self) -> Mapping[str, Check]:
        return {"cache": self._cache}

    def _watches(self) -> str | None:
        late = self._freshness.overdue(self._clock())
        if not late:
            return None
        worst = ", ".join(f"{plural} ({age:.0f} s)" for plural, age in sorted(late.items()))
        return f"changes known to the API server were not delivered for {worst}"

    def _lists(self) -> str | None:
        return "no full relist for three intervals" if self._relist.overdue() else None

    def _work(self) -> str | None:
        dead = self._workers.dead()
        if dead:
            return f"ended: {', '.join(dead)}"
        longest = self._queue.longest_running()
        if longest > self._options.stuck_seconds:
            return f"one reconcile has been running for {longest:.0f} s"
        return None

    def _cache(self) -> str | None:
        return None if self._relist.synced else "not everything has been listed yet"
