"""The relist repairs what the watches missed, and only that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from swirl.kube.resources import NAMESPACES, PODS
from swirl_operator.runtime.options import Options
from swirl_operator.runtime.queue import Lane
from swirl_operator.runtime.relist import Relist
from tests.unit.operator.runtime.fakes import (
    WIDGETS,
    FakeApi,
    FakeController,
    Routing,
    obj,
    pod,
    widget,
)


class Bench(Routing):
    def __init__(self) -> None:
        super().__init__(FakeController())
        self.api = FakeApi(self.metrics)
        self.relist = Relist(
            api=self.api,
            cache=self.cache,
            router=self.router,
            freshness=self.freshness,
            metrics=self.metrics,
            options=Options(
                identity="me",
                lease_namespace="ns",
                lease_name="l",
                namespaces=("ns",),
                relist_seconds=100.0,
                second_relist_seconds=0.0,
                watch_grace_seconds=10.0,
            ),
            clock=self.clock.time,
        )

    def corrections(self, plural: str) -> float | None:
        name = "swirl_operator_relist_corrections_total"
        return self.metrics.registry.get_sample_value(name, {"resource": plural})


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def test_the_first_list_fills_the_cache_and_makes_ready(bench: Bench) -> None:
    bench.api.seed(WIDGETS, widget())
    assert not bench.relist.synced
    await bench.relist.first()
    assert bench.relist.synced
    assert bench.cache.count(WIDGETS) == 1
    assert bench.corrections("widgets") is None


async def test_lost_events_are_made_good_and_counted(bench: Bench) -> None:
    bench.api.seed(WIDGETS, widget("changed"))
    bench.api.seed(WIDGETS, widget("deleted"))
    await bench.relist.all()
    bench.api.touch(WIDGETS, "ns", "changed", spec={"a": 1})
    del bench.api.objects[WIDGETS.path("ns", "deleted")]
    bench.api.seed(PODS, pod("added"))
    await bench.relist.all()
    changed = bench.cache.get(WIDGETS, "ns", "changed")
    assert changed is not None
    assert changed["spec"] == {"a": 1}
    assert bench.cache.get(WIDGETS, "ns", "deleted") is None
    assert bench.cache.get(PODS, "ns", "added") is not None
    assert bench.corrections("widgets") == 2
    assert bench.corrections("pods") == 1


async def test_what_only_the_relist_saw_is_a_debt_of_the_watch(bench: Bench) -> None:
    bench.api.seed(WIDGETS, widget())
    await bench.relist.all()
    bench.clock.advance(11.0)
    assert bench.freshness.overdue(bench.clock.time()) == {"widgets": 11.0}


async def test_other_namespaces_are_not_judged(bench: Bench) -> None:
    bench.cache.put(WIDGETS, obj("x", namespace="elsewhere"))
    await bench.relist.all()
    assert bench.cache.get(WIDGETS, "elsewhere", "x") is not None


async def test_missing_relists_are_noticed(bench: Bench) -> None:
    bench.clock.advance(1000.0)
    assert not bench.relist.overdue(), "not before the first one, that is readiness"
    await bench.relist.all()
    bench.clock.advance(299.0)
    assert not bench.relist.overdue()
    bench.clock.advance(2.0)
    assert bench.relist.overdue()


async def run_for(bench: Bench, seconds: float) -> None:
    """Let the loop run while the clock is turned by its own sleeps."""
    end = bench.clock.time() + seconds

    class Enough(Exception):
        pass

    async def sleep(delay: float) -> None:
        bench.clock.advance(max(delay, 0.001))
        if bench.clock.time() > end:
            raise Enough

    bench.relist._sleep = sleep
    with pytest.raises(Enough):
        await bench.relist.run()


async def test_every_relist_looks_at_every_object_again(bench: Bench) -> None:
    bench.api.seed(WIDGETS, widget())
    await bench.relist.all()
    key = await bench.queue.get()
    bench.queue.done(key)
    await run_for(bench, 10.0)
    assert bench.queue.depth(Lane.RESYNC) == 1


async def test_the_pace_is_one_early_list_and_then_the_interval(bench: Bench) -> None:
    await run_for(bench, 250.0)
    lists = [path for verb, path in bench.api.requests if path.endswith("/widgets")]
    assert len(lists) == 3


async def test_a_failed_relist_is_tried_again(bench: Bench) -> None:
    await bench.relist.all()
    bench.api.requests.clear()
    bench.api.fail("list", 503)
    await run_for(bench, 150.0)
    assert len(bench.api.requests) == 1 + 2


async def test_a_late_watch_is_a_reason_to_list_early(bench: Bench) -> None:
    bench.relist._options = replace(bench.relist._options, second_relist_seconds=60.0)
    await run_for(bench, 50.0)
    assert bench.api.requests == []
    gone = obj("gone", uid="gone")
    bench.cache.put(WIDGETS, gone)
    bench.freshness.expect(WIDGETS, gone, bench.clock.time())
    await run_for(bench, 50.0)
    assert bench.api.requests != []
    assert bench.freshness.overdue(bench.clock.time()) == {}, "it was deleted, no watch is late"


async def test_what_is_in_no_namespace_is_asked_for_by_name_where_few_may_be_seen(
    bench: Bench,
) -> None:
    named = Routing(FakeController(owns=(), resource=NAMESPACES))
    relist = Relist(
        api=bench.api,
        cache=named.cache,
        router=named.router,
        freshness=named.freshness,
        metrics=named.metrics,
        options=Options(
            identity="me", lease_namespace="ns", lease_name="l", namespaces=("ns", "gone")
        ),
    )
    path = NAMESPACES.path("ns", "ns")
    bench.api.objects[path] = {"metadata": {"name": "ns", "uid": "u", "resourceVersion": "1"}}
    await relist.all()
    found = named.cache.get(NAMESPACES, "ns", "ns")
    assert found is not None
    assert found["metadata"]["namespace"] == "ns"
    # It is not watched, so no watch can be late.
    assert named.freshness.overdue(named.clock.time() + 1000) == {}
    del bench.api.objects[path]
    await relist.all()
    assert named.cache.get(NAMESPACES, "ns", "ns") is None
