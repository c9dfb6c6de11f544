"""An operator process over the world: the real runtime, with a crash after any write.

The watch delivers only when told to, so the process's view lags behind as long as a test likes;
its own writes it always sees, as the runtime puts every answer into its cache.
"""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any, cast

from swirl.kube.resources import Resource
from swirl.wire.kafka import KafkaSettings
from swirl.wire.topics import Topics
from swirl_operator.kinds.analyticsjob.controller import AnalyticsJobController
from swirl_operator.kinds.analyticsrun.controller import AnalyticsRunController
from swirl_operator.kinds.modelserver.controller import ModelServerController
from swirl_operator.pods.artifacts import ArtifactStore
from swirl_operator.pods.installation import Installation
from swirl_operator.runtime.announce import AnnouncementFailed, Announcer
from swirl_operator.runtime.api import Api
from swirl_operator.runtime.apply import WriteMemory
from swirl_operator.runtime.cache import Cache
from swirl_operator.runtime.freshness import Freshness
from swirl_operator.runtime.held import HeldStatuses
from swirl_operator.runtime.interface import Event, Object, Ref
from swirl_operator.runtime.key import Key
from swirl_operator.runtime.metrics import Metrics
from swirl_operator.runtime.pace import Pace
from swirl_operator.runtime.queue import Lane, WorkQueue
from swirl_operator.runtime.reconcile import Reconciler, Result
from swirl_operator.runtime.router import Router
from swirl_operator.status.reasons import known
from tests.unit.operator.kinds.world import MANAGER, World

STORE = ArtifactStore("file:///var/lib/swirl/artifacts", "swirl-artifacts")
INSTALLATION = Installation(
    scorer_image="swirl/scorer:1",
    monitor_image="swirl/monitor:1",
    store=STORE,
    kafka=KafkaSettings(bootstrap_servers="kafka:9092"),
    topics=Topics(),
)

_METRICS = Metrics()


class Crash(Exception):
    """The process died."""


class CountingApi:
    """The world as the runtime's API client; dies after the write that was asked for."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.writes = 0
        self.crash_after: int | None = None

    async def get(self, resource: Resource, namespace: str, name: str) -> Object:
        return self._world.get(resource, name)

    async def create(self, resource: Resource, obj: Object) -> Object:
        return self._wrote(self._world.create(resource, obj))

    async def check(self, resource: Resource, obj: Object) -> None:
        """The world takes every Pod."""

    async def apply(self, resource: Resource, obj: Object, *, force: bool) -> Object:
        return self._wrote(self._world.apply(resource, obj, force=force))

    async def apply_status(self, resource: Resource, obj: Object) -> Object:
        return self._wrote(self._world.apply_status(resource, obj))

    async def delete(self, ref: Ref) -> Object:
        return self._wrote(self._world.delete(ref))

    def _wrote(self, answer: Object) -> Object:
        """The write has happened; whether its answer is still heard is another matter."""
        self.count()
        return answer

    def count(self) -> None:
        self.writes += 1
        for hook in self._world.on_write:
            hook()
        if self.crash_after is not None and self.writes >= self.crash_after:
            raise Crash


class Topic:
    """Kafka's topic of changes: what was ever acknowledged, repeats included."""

    def __init__(self) -> None:
        self.records: list[Object] = []
        self.away = False


class _Announcer:
    def __init__(self, topic: Topic, api: CountingApi) -> None:
        self._topic, self._api = topic, api

    async def announce(self, changes: tuple[Object, ...]) -> None:
        if self._topic.away:
            raise AnnouncementFailed("Kafka is away")
        for change in changes:
            self._topic.records.append(change)
            self._api.count()


class _NoEvents:
    def post(self, obj: Object, event: Event) -> None:
        assert event.message.strip()
        assert known(event.reason), event


class _Queue:
    """Keys that wait, without lanes or time."""

    def __init__(self) -> None:
        self.keys: dict[Key, None] = {}

    def add(self, key: Key, lane: Lane = Lane.CHANGES) -> None:
        self.keys[key] = None


class Operator:
    """One process: starts with a complete list, then sees only what it is shown."""

    def __init__(self, world: World, topic: Topic) -> None:
        self.world = world
        self.api = CountingApi(world)
        self.timers: dict[Key, datetime] = {}
        self._queue = _Queue()
        controllers = (
            AnalyticsJobController(),
            AnalyticsRunController(INSTALLATION),
            ModelServerController(INSTALLATION),
        )
        cache, memory = Cache(status_manager=MANAGER), WriteMemory()

        def clock() -> float:
            return world.now.timestamp()

        # A few are written at once and the rest is kept: campaigns see both.
        held = HeldStatuses(pace=Pace(at_once=2, per_second=0.05, clock=clock), clock=clock)
        self.router = Router(
            controllers=controllers,
            cache=cache,
            queue=cast(WorkQueue, self._queue),
            freshness=Freshness(grace=1e9),
            metrics=_METRICS,
            memory=memory,
            held=held,
        )
        self._reconciler = Reconciler(
            controllers=controllers,
            api=cast(Api, self.api),
            cache=cache,
            router=self.router,
            announcer=cast(Announcer, _Announcer(topic, self.api)),
            events=_NoEvents(),
            metrics=_METRICS,
            memory=memory,
            held=held,
            fence=lambda: None,
            now=lambda: world.now,
        )
        self._seen: dict[Resource, int] = {}
        for resource in self.router.resources:
            self._seen[resource] = len(world.events[resource])
            for obj in world.list(resource):
                self.router.watched(resource, obj, type=None)
        self.router.active = True
        self.router.enqueue_all()

    @property
    def waiting(self) -> list[Key]:
        """Keys to reconcile; timers that are due count."""
        for key, due in list(self.timers.items()):
            if due <= self.world.now:
                del self.timers[key]
                self._queue.add(key)
        return list(self._queue.keys)

    def backlog(self) -> list[Resource]:
        """Resources whose watch has something to deliver."""
        return [r for r, seen in self._seen.items() if seen < len(self.world.events[r])]

    def deliver(self, resource: Resource, most: int | None = None) -> None:
        """The watch of one resource delivers the oldest events that were not seen yet."""
        first = self._seen[resource]
        last = len(self.world.events[resource])
        if most is not None:
            last = min(last, first + most)
        for event, obj in self.world.events[resource][first:last]:
            self.router.watched(resource, obj, type=event)
        self._seen[resource] = last

    def reconcile(self, key: Key, crash_after: int | None = None) -> None:
        """One turn of a worker. Raises Crash after that many writes; the process is then dead."""
        self._queue.keys.pop(key, None)
        self.timers.pop(key, None)
        self.api.writes, self.api.crash_after = 0, crash_after
        try:
            result = _run(self._reconciler.reconcile(key))
        except AnnouncementFailed:
            self.timers[key] = self.world.now + timedelta(seconds=5)
            return
        after = 5.0 if result.retry else result.requeue_after
        if after is not None:
            self.timers[key] = self.world.now + timedelta(seconds=after)


def _run(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Nothing here ever waits, so no event loop is needed."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        result: Result = stop.value
        return result
    raise AssertionError("the reconcile waits for something that is not in this test")
