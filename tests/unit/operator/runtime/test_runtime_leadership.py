"""The election loop: two candidates, outages, fences."""

from __future__ import annotations

import asyncio

import pytest

from swirl.kube.resources import LEASES
from swirl_operator.runtime.leadership import Leadership, NotLeader
from swirl_operator.runtime.options import Options
from tests.unit.operator.runtime.fakes import FakeApi, FakeClock


def candidate(name: str, api: FakeApi, clock: FakeClock) -> Leadership:
    options = Options(
        identity=name,
        lease_namespace="ns",
        lease_name="l",
        lease_seconds=15.0,
        renew_deadline_seconds=10.0,
        renew_period_seconds=0.001,
    )
    return Leadership(api=api, options=options, clock=clock.time, now=clock.now)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


def holder(api: FakeApi) -> str:
    return str(api.objects[LEASES.path("ns", "l")]["spec"]["holderIdentity"])


async def test_the_first_becomes_leader_and_the_second_waits(
    api: FakeApi, clock: FakeClock
) -> None:
    one, two = candidate("one", api, clock), candidate("two", api, clock)
    await one.acquire()
    assert one.leading
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(two.acquire(), 0.05)
    assert not two.leading
    with pytest.raises(NotLeader):
        two.check()
    one.check()


async def test_a_released_lease_is_taken_at_once(api: FakeApi, clock: FakeClock) -> None:
    one, two = candidate("one", api, clock), candidate("two", api, clock)
    await one.acquire()
    await one.release()
    assert not one.leading
    await asyncio.wait_for(two.acquire(), 1)
    assert holder(api) == "two"


async def test_a_dead_leader_is_replaced_after_the_lease_and_not_before(
    api: FakeApi, clock: FakeClock
) -> None:
    one, two = candidate("one", api, clock), candidate("two", api, clock)
    await one.acquire()
    taking = asyncio.create_task(two.acquire())
    await asyncio.sleep(0.02)
    clock.advance(14.0)
    await asyncio.sleep(0.02)
    assert not taking.done()
    assert not one.leading, "the old leader gives up well before"
    clock.advance(2.0)
    await asyncio.wait_for(taking, 1)
    assert holder(api) == "two"


async def test_leadership_ends_when_it_cannot_be_renewed(api: FakeApi, clock: FakeClock) -> None:
    one = candidate("one", api, clock)
    await one.acquire()
    holding = asyncio.create_task(one.hold())
    await asyncio.sleep(0.01)
    assert not holding.done()
    for _ in range(1000):
        api.fail("get", 503)
    clock.advance(11.0)
    await asyncio.wait_for(holding, 1)
    assert not one.leading


async def test_one_failed_renewal_is_no_loss(api: FakeApi, clock: FakeClock) -> None:
    one = candidate("one", api, clock)
    await one.acquire()
    api.fail("update", 409, "Conflict")
    api.fail("get", 503)
    holding = asyncio.create_task(one.hold())
    await asyncio.sleep(0.02)
    clock.advance(6.0)
    await asyncio.sleep(0.02)
    clock.advance(6.0)
    assert one.leading
    holding.cancel()


async def test_a_lease_taken_by_another_ends_it_at_once(api: FakeApi, clock: FakeClock) -> None:
    one = candidate("one", api, clock)
    await one.acquire()
    lease = api.objects[LEASES.path("ns", "l")]
    api.touch(LEASES, "ns", "l", spec={**lease["spec"], "holderIdentity": "thief"})
    await asyncio.wait_for(one.hold(), 1)
    assert not one.leading
    await one.release()
    assert holder(api) == "thief", "what is not ours is not released"


async def test_a_lost_race_for_a_new_lease_is_just_a_wait(api: FakeApi, clock: FakeClock) -> None:
    one = candidate("one", api, clock)
    api.fail("create", 409, "AlreadyExists")
    await asyncio.wait_for(one.acquire(), 1)
    assert holder(api) == "one"


async def test_the_fence_knows_when_we_were_asleep(api: FakeApi, clock: FakeClock) -> None:
    one = candidate("one", api, clock)
    await one.acquire()
    clock.advance(10.5)
    with pytest.raises(NotLeader):
        one.check()
