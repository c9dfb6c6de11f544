"""Kubernetes Events about the reconciled objects: deduplicated, bounded, never in the way.

Events are for people. Losing one is harmless, so they are posted by a task of their own, outside
of the reconcile, and dropped (and counted) when there are too many.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from swirl.kube.errors import ApiError, NotFound
from swirl.kube.resources import EVENTS
from swirl.wire.group import GROUP, OPERATOR_MANAGER
from swirl.wire.times import rfc3339
from swirl_operator.runtime.api import Api
from swirl_operator.runtime.interface import Event, Object
from swirl_operator.runtime.metrics import Metrics
from swirl_operator.runtime.pace import Pace

logger = logging.getLogger(__name__)

_WAITING = 1000
_REMEMBERED = 4096
_SERIES_SECONDS = 600.0
# Of one object: one that flaps cannot flood etcd.
_OF_ONE = {"at_once": 25.0, "per_second": 1 / 60}
# Of all together, of those that report no trouble: people read some of them, and never a thousand.
_NORMAL = {"at_once": 50.0, "per_second": 1.0}
_NOTE_BYTES = 1024


@dataclass(slots=True)
class _Series:
    name: str
    count: int
    last: float


class Events:
    """Takes events from the reconciler and posts them in the background."""

    def __init__(
        self,
        *,
        api: Api,
        metrics: Metrics,
        instance: str,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._api = api
        self._metrics = metrics
        self._instance = instance
        self._clock = clock
        self._now = now
        self._queue: asyncio.Queue[tuple[Object, Event]] = asyncio.Queue(_WAITING)
        self._series: OrderedDict[tuple[str, Event], _Series] = OrderedDict()
        self._normal = Pace(**_NORMAL, clock=clock)
        self._paces: OrderedDict[str, Pace] = OrderedDict()

    def post(self, obj: Object, event: Event) -> None:
        """Accept `event` about `obj`, or count it as dropped; never waits."""
        if not self._allowed(obj["metadata"]["uid"], event):
            self._metrics.events.labels("limited").inc()
            return
        try:
            self._queue.put_nowait((obj, event))
        except asyncio.QueueFull:
            self._metrics.events.labels("overflow").inc()

    async def run(self) -> None:
        while True:
            obj, event = await self._queue.get()
            await self.send(obj, event)

    async def send(self, obj: Object, event: Event) -> None:
        """Post one event, or raise the count of the same one posted a short while ago."""
        identity = (obj["metadata"]["uid"], event)
        series = self._series.get(identity)
        try:
            if series is not None and self._clock() - series.last < _SERIES_SECONDS:
                await self._repeat(obj, event, series)
            else:
                await self._first(obj, event)
        except ApiError as error:
            self._metrics.events.labels("failed").inc()
            logger.warning("an Event (%s) could not be posted: %s", event.reason, error)
        else:
            self._metrics.events.labels("posted").inc()

    async def _repeat(self, obj: Object, event: Event, series: _Series) -> None:
        count, namespace = series.count + 1, obj["metadata"]["namespace"]
        patch = {
            "series": {"count": count, "lastObservedTime": rfc3339(self._now(), "microseconds")}
        }
        try:
            await self._api.merge(EVENTS, namespace, series.name, patch)
        except NotFound:
            await self._first(obj, event)
            return
        series.count, series.last = count, self._clock()

    async def _first(self, obj: Object, event: Event) -> None:
        now = self._now()
        body = as_event(obj, event, instance=self._instance, now=now)
        await self._api.create(EVENTS, body)
        series = _Series(body["metadata"]["name"], 1, self._clock())
        identity = (obj["metadata"]["uid"], event)
        self._series[identity] = series
        self._series.move_to_end(identity)
        if len(self._series) > _REMEMBERED:
            self._series.popitem(last=False)

    def _allowed(self, uid: str, event: Event) -> bool:
        """What a status says as well may be left out; what went wrong only of one that flaps."""
        if event.type == "Normal" and not self._normal.allows():
            return False
        pace = self._paces.pop(uid, None) or Pace(**_OF_ONE, clock=self._clock)
        self._paces[uid] = pace
        if len(self._paces) > _REMEMBERED:
            self._paces.popitem(last=False)
        return pace.allows()


def as_event(obj: Object, event: Event, *, instance: str, now: datetime) -> Object:
    """The API object. Its name is unique in time, as no list of events is ever read back."""
    metadata = obj["metadata"]
    moment = rfc3339(now, "microseconds")
    seed = f"{metadata['uid']} {event.type} {event.reason} {event.message} {moment}"
    suffix = hashlib.sha256(seed.encode()).hexdigest()[:16]
    return {
        "apiVersion": EVENTS.api_version,
        "kind": EVENTS.kind,
        "metadata": {
            "namespace": metadata["namespace"],
            "name": f"{metadata['name'][:200]}.{suffix}",
        },
        "eventTime": moment,
        "type": event.type,
        "reason": event.reason,
        "action": event.reason,
        "note": event.message.encode()[:_NOTE_BYTES].decode(errors="ignore"),
        "reportingController": f"{GROUP}/{OPERATOR_MANAGER}",
        "reportingInstance": instance[:128] or OPERATOR_MANAGER,
        "regarding": {
            "apiVersion": obj["apiVersion"],
            "kind": obj["kind"],
            "namespace": metadata["namespace"],
            "name": metadata["name"],
            "uid": metadata["uid"],
            "resourceVersion": metadata["resourceVersion"],
        },
    }
