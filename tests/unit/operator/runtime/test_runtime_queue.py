"""The queue's promises, with time turned by hand."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swirl_operator.runtime.key import Key
from swirl_operator.runtime.queue import Lane, WorkQueue
from tests.unit.operator.runtime.fakes import FakeClock

A, B = Key("K", "ns", "a"), Key("K", "ns", "b")


def keys(prefix: str, count: int) -> list[Key]:
    return [Key("K", "ns", f"{prefix}{n:03}") for n in range(count)]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def queue(clock: FakeClock) -> WorkQueue:
    return WorkQueue(clock=clock, base_delay=1.0, max_delay=60.0, jitter=lambda: 1.0)


async def is_empty(queue: WorkQueue) -> bool:
    try:
        await asyncio.wait_for(queue.get(), 0.01)
    except TimeoutError:
        return True
    return False


async def test_a_key_added_twice_is_handed_out_once(queue: WorkQueue) -> None:
    queue.add(A)
    queue.add(A)
    assert await queue.get() == A
    queue.done(A)
    assert await is_empty(queue)


async def test_a_key_in_work_is_not_handed_out_again_until_done(queue: WorkQueue) -> None:
    queue.add(A)
    await queue.get()
    queue.add(A)
    assert await is_empty(queue)
    queue.done(A)
    assert await queue.get() == A


async def test_waiting_getters_are_woken(queue: WorkQueue) -> None:
    first, second = asyncio.create_task(queue.get()), asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    queue.add(A)
    queue.add(B)
    assert {await first, await second} == {A, B}


async def test_changes_come_before_new_objects_and_neither_starves(queue: WorkQueue) -> None:
    for key in keys("new", 100):
        queue.add(key, Lane.NEW)
    for key in keys("change", 100):
        queue.add(key, Lane.CHANGES)
    order = [(await queue.get()).name for _ in range(66)]
    assert order[0].startswith("change")
    assert sum(name.startswith("change") for name in order) == 64
    assert sum(name.startswith("new") for name in order) == 2


async def test_what_is_begun_comes_before_what_is_not(queue: WorkQueue) -> None:
    for key in keys("new", 100):
        queue.add(key, Lane.NEW)
    for key in keys("begun", 100):
        queue.add(key, Lane.BEGUN)
    order = [(await queue.get()).name for _ in range(50)]
    assert sum(name.startswith("begun") for name in order) == 40


async def test_some_workers_are_kept_for_what_is_urgent(clock: FakeClock) -> None:
    queue = WorkQueue(clock=clock, most_unhurried=2)
    slow = keys("new", 3)
    for key in slow:
        queue.add(key, Lane.NEW)
    taken = [await queue.get(), await queue.get()]
    assert await is_empty(queue)
    queue.add(A)
    assert await queue.get() == A
    queue.done(A)
    assert await is_empty(queue)
    queue.done(taken[0])
    assert await queue.get() == slow[2]


async def test_who_waits_is_woken_when_a_kept_back_key_may_go(clock: FakeClock) -> None:
    queue = WorkQueue(clock=clock, most_unhurried=1)
    queue.add(A, Lane.NEW)
    queue.add(B, Lane.NEW)
    first = await queue.get()
    waiting = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    assert not waiting.done()
    queue.done(first)
    assert await waiting == B


async def test_one_who_is_stopped_while_woken_leaves_the_key_to_the_next(
    queue: WorkQueue,
) -> None:
    first, second = asyncio.create_task(queue.get()), asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    queue.add(A)
    first.cancel()
    assert await second == A
    assert first.cancelled()


async def test_what_a_time_has_come_for_is_less_urgent_than_a_submission(
    queue: WorkQueue, clock: FakeClock
) -> None:
    queue.schedule(A, 1.0)
    clock.advance(1.0)
    assert queue.depth(Lane.LATER) == 1


async def test_what_goes_on_at_once_goes_on_in_its_lane(queue: WorkQueue) -> None:
    queue.add(A, Lane.BEGUN)
    await queue.get()
    queue.schedule(A, 0)
    queue.done(A)
    assert queue.depth(Lane.BEGUN) == 1


async def test_a_lane_that_was_idle_has_no_saved_up_turns(queue: WorkQueue) -> None:
    for key in keys("change", 200):
        queue.add(key)
    for _ in range(100):
        await queue.get()
    for key in keys("new", 50):
        queue.add(key, Lane.NEW)
    order = [(await queue.get()).name for _ in range(20)]
    assert sum(name.startswith("new") for name in order) <= 5


async def test_an_urgent_reason_promotes_a_waiting_key(queue: WorkQueue) -> None:
    queue.add(A, Lane.RESYNC)
    queue.add(A, Lane.CHANGES)
    assert queue.depth(Lane.RESYNC) == 0
    assert queue.depth(Lane.CHANGES) == 1
    queue.add(A, Lane.RESYNC)
    assert queue.depth(Lane.CHANGES) == 1


async def test_the_wait_is_reported_by_lane(clock: FakeClock) -> None:
    waits: list[tuple[Lane, float]] = []
    queue = WorkQueue(clock=clock, on_wait=lambda lane, seconds: waits.append((lane, seconds)))
    queue.add(A, Lane.NEW)
    clock.advance(3.0)
    await queue.get()
    assert waits == [(Lane.NEW, 3.0)]


async def test_a_scheduled_key_comes_when_due_and_not_before(
    queue: WorkQueue, clock: FakeClock
) -> None:
    queue.schedule(A, 10.0)
    clock.advance(9.9)
    assert await is_empty(queue)
    clock.advance(0.2)
    assert await queue.get() == A


async def test_a_new_schedule_replaces_the_old_one(queue: WorkQueue, clock: FakeClock) -> None:
    queue.schedule(A, 10.0)
    queue.schedule(A, 100.0)
    clock.advance(50.0)
    assert await is_empty(queue)
    queue.schedule(A, None)
    clock.advance(100.0)
    assert await is_empty(queue)
    assert queue.delayed() == 0


async def test_failures_back_off_exponentially_up_to_a_limit(queue: WorkQueue) -> None:
    assert [queue.retry(A) for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    queue.succeeded(A)
    assert queue.retry(A) == 1


async def test_jitter_keeps_at_least_half_of_the_delay(clock: FakeClock) -> None:
    queue = WorkQueue(clock=clock, base_delay=8.0, jitter=lambda: 0.0)
    assert queue.retry(A) == 4.0


async def test_a_plan_may_ask_for_an_earlier_retry(queue: WorkQueue) -> None:
    for _ in range(6):
        queue.retry(A)
    assert queue.retry(A, at_most=5.0) == 5.0


async def test_nothing_is_left_of_a_discarded_key(queue: WorkQueue, clock: FakeClock) -> None:
    queue.retry(A)
    queue.retry(A)
    queue.discard(A)
    clock.advance(1000.0)
    assert await is_empty(queue)
    assert queue.retry(A) == 1


async def test_the_longest_running_reconcile_is_known(queue: WorkQueue, clock: FakeClock) -> None:
    assert queue.longest_running() == 0.0
    queue.add(A)
    await queue.get()
    clock.advance(7.0)
    queue.add(B)
    await queue.get()
    clock.advance(1.0)
    assert queue.longest_running() == 8.0
    queue.done(A)
    assert queue.longest_running() == 1.0


step = st.one_of(
    st.tuples(st.just("add"), st.integers(0, 4), st.sampled_from(list(Lane))),
    st.tuples(st.just("schedule"), st.integers(0, 4), st.floats(0, 5)),
    st.tuples(st.just("get"), st.none(), st.none()),
    st.tuples(st.just("done"), st.integers(0, 9), st.none()),
    st.tuples(st.just("advance"), st.none(), st.floats(0, 5)),
)


@settings(max_examples=200)
@given(st.lists(step, max_size=60))
def test_no_key_is_ever_worked_on_twice_at_once_and_none_is_lost(
    steps: list[tuple[Any, ...]],
) -> None:
    async def scenario() -> None:
        clock = FakeClock()
        queue = WorkQueue(clock=clock)
        owed: set[Key] = set()
        working: list[Key] = []
        for action, who, what in steps:
            key = Key("K", "ns", str(who))
            if action == "add":
                queue.add(key, what)
                owed.add(key)
            elif action == "schedule":
                queue.schedule(key, what)
                owed.add(key)
            elif action == "advance":
                clock.advance(what)
            elif action == "get" and any(queue.depth(lane) for lane in Lane):
                got = await queue.get()
                assert got not in working
                working.append(got)
                owed.discard(got)
            elif action == "done" and working:
                queue.done(working.pop(who % len(working)))
        while working:
            queue.done(working.pop())
        clock.advance(10.0)
        while any(queue.depth(lane) for lane in Lane):
            got = await queue.get()
            owed.discard(got)
            queue.done(got)
        assert not owed

    asyncio.run(scenario())
