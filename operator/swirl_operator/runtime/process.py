"""One operator process: puts the parts together, runs them, and takes them down in order."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any

from swirl.kafka.delivery import Producer
from swirl.kube.resources import Resource
from swirl.wire.exits import OperatorExit
from swirl.wire.group import OPERATOR_MANAGER
from swirl.wire.kafka import KafkaSettings
from swirl_operator.runtime.announce import Announcer
from swirl_operator.runtime.api import Api
from swirl_operator.runtime.apply import WriteMemory
from swirl_operator.runtime.cache import Cache
from swirl_operator.runtime.credentials import Credentials
from swirl_operator.runtime.events import Events
from swirl_operator.runtime.figures import FigureCollector
from swirl_operator.runtime.freshness import Freshness
from swirl_operator.runtime.health import Health
from swirl_operator.runtime.held import HeldStatuses
from swirl_operator.runtime.interface import Controller, Figure, Figures, Object
from swirl_operator.runtime.leadership import Leadership
from swirl_operator.runtime.metrics import Metrics
from swirl_operator.runtime.options import Options
from swirl_operator.runtime.pace import Pace
from swirl_operator.runtime.probes import Probes
from swirl_operator.runtime.queue import Lane, WorkQueue
from swirl_operator.runtime.reconcile import Reconciler
from swirl_operator.runtime.relist import Relist
from swirl_operator.runtime.router import Router
from swirl_operator.runtime.watching import watch
from swirl_operator.runtime.workers import Workers

logger = logging.getLogger(__name__)

_KOPF_EXIT_SECONDS = 3.0
_COLLECT = (20_000, 20, 20)
# Statuses that could wait and are written at once all the same: whoever looks at what he has just
# applied sees every step, and a thousand objects at once are no thousand times as much to write.
_AT_ONCE = 20.0
_PER_SECOND = 1.0


def _no_figures(read: Callable[[Resource], Iterable[Object]]) -> Iterable[Figure]:
    return ()


class Process:
    """All parts of one operator; `run` returns the exit code."""

    def __init__(
        self,
        controllers: Sequence[Controller[Any]],
        options: Options,
        api: Api,
        metrics: Metrics,
        figures: Figures = _no_figures,
    ) -> None:
        loop = asyncio.get_running_loop()
        self.options = options
        self.api = api
        self.metrics = metrics
        memory = WriteMemory()
        self.cache = Cache(status_manager=OPERATOR_MANAGER)
        self.queue = WorkQueue(
            clock=loop,
            base_delay=options.backoff_seconds,
            max_delay=options.max_backoff_seconds,
            most_unhurried=max(1, options.workers - options.kept_workers),
            on_wait=lambda lane, seconds: metrics.queue_wait.labels(lane.value).observe(seconds),
        )
        held = HeldStatuses(
            pace=Pace(at_once=_AT_ONCE, per_second=_PER_SECOND),
            busy=lambda: self.queue.depth(Lane.NEW) > 0,
        )
        self.freshness = Freshness(grace=options.watch_grace_seconds)
        self.router = Router(
            controllers=controllers,
            cache=self.cache,
            queue=self.queue,
            freshness=self.freshness,
            metrics=metrics,
            memory=memory,
            held=held,
        )
        self.relist = Relist(
            api=api,
            cache=self.cache,
            router=self.router,
            freshness=self.freshness,
            metrics=metrics,
            options=options,
        )
        self.leadership = Leadership(api=api, options=options)
        self.announcer = Announcer(
            producer=None if options.kafka is None else _producer(options.kafka),
            topic=options.changes_topic,
            metrics=metrics,
        )
        self.events = Events(api=api, metrics=metrics, instance=options.identity)
        self.reconciler = Reconciler(
            controllers=controllers,
            api=api,
            cache=self.cache,
            router=self.router,
            announcer=self.announcer,
            events=self.events,
            metrics=metrics,
            memory=memory,
            held=held,
            fence=self.leadership.check,
        )
        self.workers = Workers(
            queue=self.queue,
            reconcile=self.reconciler.reconcile,
            metrics=metrics,
            count=options.workers,
        )
        self.health = Health(
            options=options,
            freshness=self.freshness,
            relist=self.relist,
            queue=self.queue,
            workers=self.workers,
        )
        self.probes = Probes(
            metrics=metrics,
            alive=self.health.alive(),
            ready=self.health.ready(),
            before_metrics=self._gauges,
        )
        metrics.registry.register(
            FigureCollector(figures, self.cache.all, lambda: self.router.active)
        )
        self.stop = asyncio.Event()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._kopf_ready = asyncio.Event()
        self._kopf_stop = asyncio.Event()

    async def run(self) -> int:
        port = await self.probes.start(self.options.probe_port)
        logger.info("probes and metrics on port %d", port)
        self._handle_signals()
        try:
            return await self._run()
        finally:
            await self._shut_down()

    async def _run(self) -> int:
        stopped = asyncio.create_task(self.stop.wait(), name="stop")
        try:
            # kopf looks for the resources once, so they must be served before it starts.
            first = asyncio.create_task(self.relist.first(), name="first-relist")
            await asyncio.wait({first, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if stopped.done():
                first.cancel()
                return OperatorExit.STOPPED
            first.result()
            self._start("watch", self._watch())
            self._start("relist", self.relist.run())
            self._start("events", self.events.run())
            self._start("lead", self._lead())
            await asyncio.wait(
                {stopped, *self._tasks.values()}, return_when=asyncio.FIRST_COMPLETED
            )
            return OperatorExit.STOPPED if self.stop.is_set() else self._complain()
        finally:
            stopped.cancel()

    def _start(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        self._tasks[name] = asyncio.create_task(work, name=name)

    async def _watch(self) -> None:
        resignal = asyncio.create_task(self._take_signals_back(), name="signals")
        try:
            await watch(self.router, self.options, ready=self._kopf_ready, stop=self._kopf_stop)
        finally:
            resignal.cancel()
        if not self._kopf_ready.is_set() or not self._kopf_stop.is_set():
            logger.error("the watch streams have ended")

    async def _take_signals_back(self) -> None:
        """kopf installs its own handlers at its start; ours must win, to stop workers first."""
        await self._kopf_ready.wait()
        self._handle_signals()

    async def _lead(self) -> None:
        """Wait for the lease, work, and return when it is lost."""
        await self.leadership.acquire()
        # The lease is renewed from the first second on: a list may take longer than it lasts.
        holding = asyncio.create_task(self.leadership.hold(), name="hold")
        starting = asyncio.create_task(self._start_work(), name="start-work")
        try:
            await asyncio.wait({holding, starting}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                starting.result()
            await holding
        finally:
            for task in (starting, holding):
                task.cancel()
            await asyncio.gather(starting, holding, return_exceptions=True)
            self.router.active = False
            await self.workers.stop()
            self.metrics.leader.set(0)

    async def _start_work(self) -> None:
        # A standby's watches may lag behind what the last leader wrote; what planners conclude
        # from the absence of an object must rest on a fresh list.
        await self.relist.all()
        self.metrics.leader.set(1)
        self.router.active = True
        self.router.enqueue_all()
        self.workers.start()

    def _complain(self) -> OperatorExit:
        """A part ended that should not have: say which, and let the Pod be restarted."""
        for name, task in self._tasks.items():
            if task.done():
                error = None if task.cancelled() else task.exception()
                logger.critical("%s has ended; the process exits", name, exc_info=error)
        return OperatorExit.FAILED

    async def _shut_down(self) -> None:
        """Workers first, then the lease, so that nobody else starts while we still write."""
        for name in ("lead", "relist", "events"):
            await self._cancel(name)
        await self.leadership.release()
        await self.probes.stop()
        await self.announcer.close()
        self._kopf_stop.set()
        kopf = self._tasks.get("watch")
        if kopf is not None:
            await asyncio.wait({kopf}, timeout=_KOPF_EXIT_SECONDS)
            await self._cancel("watch")

    async def _cancel(self, name: str) -> None:
        task = self._tasks.get(name)
        if task is None:
            return
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait({task})

    def _handle_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._signalled, number)

    def _signalled(self, number: signal.Signals) -> None:
        logger.info("%s: stopping", signal.Signals(number).name)
        self.stop.set()

    def _gauges(self) -> None:
        for lane in Lane:
            self.metrics.queue_depth.labels(lane.value).set(self.queue.depth(lane))
        for resource in self.router.resources:
            self.metrics.cached_objects.labels(resource.plural).set(self.cache.count(resource))


def _producer(kafka: KafkaSettings) -> Producer:
    # Imported late: without a broker the client library costs nothing.
    from swirl.kafka.producer import DurableProducer

    return DurableProducer(kafka)


QUIET = {"kopf": logging.WARNING, "kafka": logging.CRITICAL}
"""Lowest levels of the libraries' logs.

kopf logs every event at INFO; two or three lines a reconcile would drown everything else.
kafka-python tells of every connection, and calls a topic an error that is about to be made.
"""


async def operate(
    controllers: Sequence[Controller[Any]], options: Options, figures: Figures = _no_figures
) -> int:
    metrics = Metrics()
    async with Api(Credentials(), metrics=metrics) as api:
        return await Process(controllers, options, api, metrics, figures).run()


def main(
    controllers: Sequence[Controller[Any]], options: Options, figures: Figures = _no_figures
) -> int:
    """Run an operator to its end, on uvloop where there is one."""
    # Every object that is read consists of hundreds of others and none of them is in a cycle: with
    # the defaults, a sixth of the time of reading goes into looking for cycles all over again.
    gc.freeze()
    gc.set_threshold(*_COLLECT)
    try:
        import uvloop
    except ImportError:
        factory = None
    else:
        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(operate(controllers, options, figures))
