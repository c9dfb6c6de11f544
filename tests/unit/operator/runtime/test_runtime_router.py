"""Who is woken by which change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from swirl.kube.resources import CONFIGMAPS, PODS, Resource
from swirl_operator.runtime.interface import CacheReader, Object
from swirl_operator.runtime.key import Key
from swirl_operator.runtime.queue import Lane
from tests.unit.operator.runtime.fakes import WIDGETS, FakeController, Routing, obj

KEY = Key("Widget", "ns", "w")
OTHER = Key("Widget", "ns", "other")


class Bench(Routing):
    async def woken(self) -> set[Key]:
        keys = set()
        while any(self.queue.depth(lane) for lane in Lane):
            key = await self.queue.get()
            self.queue.done(key)
            keys.add(key)
        return keys


@pytest.fixture
def controller() -> FakeController:
    return FakeController(owns=(PODS, CONFIGMAPS))


@pytest.fixture
def bench(controller: FakeController) -> Bench:
    return Bench(controller)


def widget(version: int = 1, generation: int | None = None) -> Object:
    status: Any = {} if generation is None else {"observedGeneration": generation}
    return obj("w", uid="uid-of-w", version=version, status=status)


def test_kinds_and_what_they_own_are_watched_once_each(bench: Bench) -> None:
    assert bench.router.resources == (WIDGETS, PODS, CONFIGMAPS)
    assert bench.router.is_kind(WIDGETS)
    assert not bench.router.is_kind(PODS)


async def test_an_object_wakes_itself_in_the_lane_it_deserves(bench: Bench) -> None:
    bench.router.watched(WIDGETS, widget(1), type=None)
    assert bench.queue.depth(Lane.NEW) == 1
    await bench.woken()
    bench.router.watched(WIDGETS, widget(2, generation=-1), type="MODIFIED")
    assert bench.queue.depth(Lane.NEW) == 1
    await bench.woken()
    bench.router.watched(WIDGETS, widget(3, generation=1), type="MODIFIED")
    assert bench.queue.depth(Lane.CHANGES) == 1


async def test_a_child_wakes_its_controller(bench: Bench) -> None:
    bench.router.watched(PODS, obj("p", owner="w"), type="ADDED")
    assert await bench.woken() == {KEY}
    bench.router.watched(PODS, obj("p", owner="w", version=2), type="DELETED")
    assert await bench.woken() == {KEY}


async def test_strangers_wake_nobody(bench: Bench) -> None:
    bench.router.watched(PODS, obj("p"), type="ADDED")
    foreign = obj("q", uid="q", owner="w")
    foreign["metadata"]["ownerReferences"][0]["apiVersion"] = "elsewhere/v1"
    bench.router.watched(PODS, foreign, type="ADDED")
    assert await bench.woken() == set()


async def test_a_child_that_changes_hands_wakes_both(bench: Bench) -> None:
    bench.router.watched(PODS, obj("p", owner="w", version=1), type="ADDED")
    await bench.woken()
    bench.router.watched(PODS, obj("p", owner="other", version=2), type="MODIFIED")
    assert await bench.woken() == {KEY, OTHER}


async def test_dependents_are_woken(bench: Bench, controller: FakeController) -> None:
    controller.dependent_keys = [OTHER]
    bench.router.watched(WIDGETS, widget(), type="ADDED")
    assert await bench.woken() == {KEY, OTHER}


async def test_an_echo_or_an_old_event_wakes_nobody(bench: Bench) -> None:
    bench.router.wrote(WIDGETS, widget(5), by=KEY)
    assert await bench.woken() == set()
    bench.router.watched(WIDGETS, widget(5), type="MODIFIED")
    bench.router.watched(WIDGETS, widget(4), type="MODIFIED")
    assert await bench.woken() == set()


async def test_a_written_child_of_a_watched_kind_wakes_itself_and_its_owner(bench: Bench) -> None:
    bench.router.wrote(WIDGETS, obj("child", uid="c", owner="w"), by=KEY)
    assert await bench.woken() == {KEY, Key("Widget", "ns", "child")}


async def test_a_standby_fills_its_cache_and_queues_nothing(bench: Bench) -> None:
    bench.router.active = False
    bench.router.watched(WIDGETS, widget(), type="ADDED")
    assert await bench.woken() == set()
    bench.router.active = True
    bench.router.enqueue_all()
    assert bench.queue.depth(Lane.NEW) == 1
    assert await bench.woken() == {KEY}
    bench.router.enqueue_all(Lane.RESYNC)
    assert bench.queue.depth(Lane.RESYNC) == 1


async def test_one_bad_object_does_not_stop_the_watch() -> None:
    class Picky(FakeController):
        def dependents(self, obj: Object, resource: Resource, cache: CacheReader) -> Iterable[Key]:
            raise KeyError("spec")

    bench = Bench(Picky())
    bench.router.watched(WIDGETS, widget(), type="ADDED")
    assert await bench.woken() == {KEY}
    name, labels = "swirl_operator_reconcile_errors_total", {"kind": "Widget", "error": "KeyError"}
    assert bench.metrics.registry.get_sample_value(name, labels) == 1


def test_a_write_must_come_back_on_the_watch(bench: Bench) -> None:
    bench.router.wrote(WIDGETS, widget(5), by=KEY)
    bench.clock.advance(11.0)
    assert bench.freshness.overdue(bench.clock.time()) == {"widgets": 11.0}
    bench.router.watched(WIDGETS, widget(5), type="MODIFIED")
    assert bench.freshness.overdue(bench.clock.time()) == {}


def test_a_watch_that_was_faster_than_the_answer_is_no_debt(bench: Bench) -> None:
    bench.router.watched(WIDGETS, widget(5), type="MODIFIED")
    bench.router.wrote(WIDGETS, widget(5), by=KEY)
    bench.clock.advance(11.0)
    assert bench.freshness.overdue(bench.clock.time()) == {}
