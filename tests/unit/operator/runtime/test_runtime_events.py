"""Kubernetes Events: deduplicated, bounded, harmless."""

from __future__ import annotations

import asyncio

import pytest

from swirl.kube.resources import EVENTS
from swirl_operator.runtime.events import Events, as_event
from swirl_operator.runtime.interface import Event, Object
from swirl_operator.runtime.metrics import Metrics
from tests.unit.operator.runtime.fakes import WIDGETS, FakeApi, FakeClock, widget

DONE = Event("Normal", "Done", "all is done")


class Bench:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.metrics = Metrics()
        self.api = FakeApi(self.metrics)
        self.events = Events(
            api=self.api,
            metrics=self.metrics,
            instance="pod-1",
            clock=self.clock.time,
            now=self.clock.now,
        )
        self.widget = self.api.seed(WIDGETS, widget())

    def posted(self) -> list[Object]:
        return [o for path, o in self.api.objects.items() if path.startswith(EVENTS.path("ns"))]

    def count(self, result: str) -> float | None:
        name = "swirl_operator_kubernetes_events_total"
        return self.metrics.registry.get_sample_value(name, {"result": result})


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def test_an_event_says_what_it_is_about(bench: Bench) -> None:
    await bench.events.send(bench.widget, DONE)
    [event] = bench.posted()
    assert event["regarding"]["uid"] == bench.widget["metadata"]["uid"]
    assert (event["type"], event["reason"], event["note"]) == ("Normal", "Done", "all is done")
    assert event["reportingInstance"] == "pod-1"


async def test_a_repeat_raises_the_count(bench: Bench) -> None:
    for _ in range(3):
        await bench.events.send(bench.widget, DONE)
        bench.clock.advance(60.0)
    [event] = bench.posted()
    assert event["series"]["count"] == 3


async def test_long_after_it_is_a_new_event(bench: Bench) -> None:
    await bench.events.send(bench.widget, DONE)
    bench.clock.advance(601.0)
    await bench.events.send(bench.widget, DONE)
    assert len(bench.posted()) == 2


async def test_an_expired_event_is_posted_anew(bench: Bench) -> None:
    await bench.events.send(bench.widget, DONE)
    bench.api.fail("patch", 404, "NotFound")
    bench.clock.advance(1.0)
    await bench.events.send(bench.widget, DONE)
    assert len(bench.posted()) == 2


async def test_a_refused_event_is_counted_and_nothing_else(bench: Bench) -> None:
    bench.api.fail("create", 403, "Forbidden")
    await bench.events.send(bench.widget, DONE)
    assert bench.posted() == []
    assert bench.count("failed") == 1


async def test_one_object_cannot_flood_the_cluster(bench: Bench) -> None:
    for n in range(100):
        bench.events.post(bench.widget, Event("Normal", "Flapping", str(n)))
    task = asyncio.create_task(bench.events.run())
    await asyncio.sleep(0.05)
    task.cancel()
    assert len(bench.posted()) == 25
    assert bench.count("limited") == 75
    assert bench.count("posted") == 25


def test_names_and_notes_are_bounded() -> None:
    thing = widget("w" * 250)
    thing["metadata"].update(uid="u", resourceVersion="1")
    event = as_event(
        thing, Event("Warning", "Long", "é" * 1000), instance="", now=FakeClock().now()
    )
    assert len(event["metadata"]["name"]) <= 253
    assert len(event["note"].encode()) <= 1024
    assert event["reportingInstance"] == "swirl-operator"
