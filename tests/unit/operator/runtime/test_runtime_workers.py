"""Workers survive everything a reconcile can do."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from swirl.kube.errors import ServerError
from swirl_operator.runtime.announce import AnnouncementFailed
from swirl_operator.runtime.key import Key
from swirl_operator.runtime.leadership import NotLeader
from swirl_operator.runtime.metrics import Metrics
from swirl_operator.runtime.queue import Lane, WorkQueue
from swirl_operator.runtime.reconcile import Result
from swirl_operator.runtime.workers import Workers
from tests.unit.operator.runtime.fakes import FakeClock

KEY = Key("Widget", "ns", "w")


class Bench:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.queue = WorkQueue(clock=self.clock, base_delay=1.0, jitter=lambda: 1.0)
        self.metrics = Metrics()
        self.results: list[Result | Exception] = []
        self.calls: list[Key] = []
        self.workers = Workers(
            queue=self.queue, reconcile=self.reconcile, metrics=self.metrics, count=2
        )

    async def reconcile(self, key: Key) -> Result:
        self.calls.append(key)
        result = self.results.pop(0) if self.results else Result("ok")
        if isinstance(result, Exception):
            raise result
        return result

    async def settle(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)

    def errors(self, error: str) -> float | None:
        labels = {"kind": "Widget", "error": error}
        name = "swirl_operator_reconcile_errors_total"
        return self.metrics.registry.get_sample_value(name, labels)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    bench.workers.start()
    yield bench
    await bench.workers.stop()


async def test_an_exception_backs_off_and_kills_nobody(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.results = [ZeroDivisionError("x"), ZeroDivisionError("x"), Result("ok")]
    bench.queue.add(KEY)
    await bench.settle()
    assert len(bench.calls) == 1
    assert "Widget ns/w" in caplog.text
    bench.clock.advance(1.0)
    await bench.settle()
    assert len(bench.calls) == 2
    bench.clock.advance(1.0)
    await bench.settle()
    assert len(bench.calls) == 2, "the second delay is twice the first"
    bench.clock.advance(1.0)
    await bench.settle()
    assert len(bench.calls) == 3
    assert bench.errors("ZeroDivisionError") == 2
    assert bench.workers.dead() == []


async def test_an_api_error_is_a_line_and_not_a_traceback(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.results = [ServerError(503, "Unavailable", "try later")]
    bench.queue.add(KEY)
    await bench.settle()
    [record] = [r for r in caplog.records if "Widget" in r.getMessage()]
    assert record.levelno == logging.WARNING
    assert record.exc_info is None
    assert bench.queue.delayed() == 1


async def test_news_is_sent_soon_after_kafka_is_back_however_long_it_was_away(
    bench: Bench,
) -> None:
    away = 12
    bench.results = [AnnouncementFailed("kafka:9092: no broker")] * away
    bench.queue.add(KEY)
    await bench.settle()
    for _ in range(away):
        bench.clock.advance(10.0)
        await bench.settle()
    assert len(bench.calls) == away + 1
    assert bench.queue.delayed() == 0


async def test_a_plan_says_when_to_come_back(bench: Bench) -> None:
    bench.results = [Result("ok", requeue_after=30.0), Result("ok")]
    bench.queue.add(KEY)
    await bench.settle()
    bench.clock.advance(29.0)
    await bench.settle()
    assert len(bench.calls) == 1
    bench.clock.advance(1.0)
    await bench.settle()
    assert len(bench.calls) == 2
    assert bench.queue.delayed() == 0


async def test_at_once_means_at_once(bench: Bench) -> None:
    bench.results = [Result("ok", requeue_after=0), Result("ok")]
    bench.queue.add(KEY)
    await bench.settle()
    assert len(bench.calls) == 2


async def test_a_refusal_backs_off_and_success_forgets_it(bench: Bench) -> None:
    bench.results = [Result("refused", retry=True), Result("ok")]
    bench.queue.add(KEY)
    await bench.settle()
    assert bench.queue.delayed() == 1
    bench.clock.advance(1.0)
    await bench.settle()
    assert bench.queue.delayed() == 0
    assert bench.queue.retry(KEY) == 1.0


async def test_who_is_fenced_does_not_complain_and_is_not_forgotten(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    """A lease that was late may be renewed after all, and then the work is still to be done."""
    bench.results = [NotLeader("not me"), Result("ok")]
    bench.queue.add(KEY)
    await bench.settle()
    assert bench.errors("NotLeader") is None
    assert caplog.records == []
    bench.clock.advance(1.0)
    await bench.settle()
    assert len(bench.calls) == 2


async def test_a_gone_object_leaves_no_timer(bench: Bench) -> None:
    bench.queue.schedule(KEY, 100.0)
    bench.results = [Result("gone")]
    bench.queue.add(KEY)
    await bench.settle()
    assert bench.queue.delayed() == 0


async def test_stopping_is_immediate_even_in_the_middle_of_work() -> None:
    queue = WorkQueue(clock=asyncio.get_running_loop())
    started = asyncio.Event()

    async def endless(key: Key) -> Result:
        started.set()
        await asyncio.sleep(3600)
        return Result("ok")

    workers = Workers(queue=queue, reconcile=endless, metrics=Metrics(), count=1)
    workers.start()
    queue.add(KEY)
    await started.wait()
    async with asyncio.timeout(1):
        await workers.stop()
    assert queue.longest_running() == 0.0
    assert queue.depth(Lane.CHANGES) == 0
