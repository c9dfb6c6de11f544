"""Probes answer with reasons, and health knows what a restart can cure."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from swirl_operator.runtime.apply import WriteMemory
from swirl_operator.runtime.cache import Cache
from swirl_operator.runtime.freshness import Freshness
from swirl_operator.runtime.health import Health
from swirl_operator.runtime.key import Key
from swirl_operator.runtime.metrics import Metrics
from swirl_operator.runtime.options import Options
from swirl_operator.runtime.probes import Probes
from swirl_operator.runtime.queue import WorkQueue
from swirl_operator.runtime.reconcile import Result
from swirl_operator.runtime.relist import Relist
from swirl_operator.runtime.router import Router
from swirl_operator.runtime.workers import Workers
from tests.unit.operator.runtime.fakes import (
    WIDGETS,
    FakeApi,
    FakeClock,
    FakeController,
    held,
    obj,
)

KEY = Key("Widget", "ns", "w")


class Bench:
    def __init__(self) -> None:
        self.clock = FakeClock()
        options = Options(
            identity="me",
            lease_namespace="ns",
            lease_name="l",
            relist_seconds=100.0,
            stuck_seconds=60.0,
            watch_grace_seconds=30.0,
        )
        metrics, cache = Metrics(), Cache()
        self.queue = WorkQueue(clock=self.clock)
        self.freshness = Freshness(grace=options.watch_grace_seconds)
        router = Router(
            controllers=[FakeController()],
            cache=cache,
            queue=self.queue,
            freshness=self.freshness,
            metrics=metrics,
            memory=WriteMemory(),
            held=held(self.clock),
        )
        self.relist = Relist(
            api=FakeApi(),
            cache=cache,
            router=router,
            freshness=self.freshness,
            metrics=metrics,
            options=options,
            clock=self.clock.time,
        )
        self.workers = Workers(queue=self.queue, reconcile=self.reconcile, metrics=metrics, count=1)
        health = Health(
            options=options,
            freshness=self.freshness,
            relist=self.relist,
            queue=self.queue,
            workers=self.workers,
            clock=self.clock.time,
        )
        self.probes = Probes(metrics=metrics, alive=health.alive(), ready=health.ready())
        self.url = ""

    async def reconcile(self, key: Key) -> Result:
        raise asyncio.CancelledError

    async def get(self, path: str) -> tuple[int, str]:
        async with aiohttp.ClientSession() as session, session.get(self.url + path) as answer:
            return answer.status, await answer.text()


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    port = await bench.probes.start(0)
    bench.url = f"http://127.0.0.1:{port}"
    yield bench
    await bench.probes.stop()


async def test_ready_only_when_everything_has_been_listed(bench: Bench) -> None:
    assert await bench.get("/readyz") == (503, "cache: not everything has been listed yet\n")
    assert (await bench.get("/healthz"))[0] == 200
    await bench.relist.all()
    assert await bench.get("/readyz") == (200, "ok\n")


async def test_a_dead_watch_is_unhealthy(bench: Bench) -> None:
    bench.freshness.expect(WIDGETS, obj(version=2), 0.0)
    bench.clock.advance(31.0)
    code, text = await bench.get("/healthz")
    assert code == 503
    assert "widgets (31 s)" in text


async def test_a_stuck_worker_is_unhealthy(bench: Bench) -> None:
    bench.queue.add(KEY)
    await bench.queue.get()
    bench.clock.advance(61.0)
    assert "running for 61 s" in (await bench.get("/healthz"))[1]


async def test_a_missing_relist_is_unhealthy(bench: Bench) -> None:
    await bench.relist.all()
    bench.clock.advance(301.0)
    assert "no full relist" in (await bench.get("/healthz"))[1]


async def test_an_ended_worker_is_unhealthy(bench: Bench) -> None:
    bench.workers.start()
    bench.queue.add(KEY)
    for _ in range(5):
        await asyncio.sleep(0)
    assert "ended: worker-0" in (await bench.get("/healthz"))[1]
    await bench.workers.stop()


async def test_metrics_are_served(bench: Bench) -> None:
    code, text = await bench.get("/metrics")
    assert code == 200
    assert "swirl_operator_leader 0.0" in text
