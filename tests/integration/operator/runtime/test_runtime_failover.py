"""Operators that die, and operators that take over."""

from __future__ import annotations

import asyncio
import random
import time

from swirl.kube.resources import LEASES
from swirl_operator.runtime.interface import Object
from tests.integration.operator.runtime.toy_operator import TOYS
from tests.integration.operator.runtime.toy_world import Operator, ToyWorld, eventually


async def all_ready(world: ToyWorld, count: int) -> bool:
    toys = (await world.all(TOYS)).values()
    done = 0
    for toy in toys:
        conditions = (toy.get("status") or {}).get("conditions") or []
        done += any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)
    return done == count


def assert_outcome(pods: dict[str, Object], toys: int, pods_each: int) -> None:
    assert sorted(pods) == sorted(f"t{n}-{m}" for n in range(toys) for m in range(pods_each))


async def kill_in_the_middle(world: ToyWorld, operator: Operator, pods: int) -> dict[str, str]:
    """SIGKILL as soon as `pods` exist; returns what there was then."""

    async def enough() -> bool:
        return len(await world.pods()) >= pods

    await eventually(enough, every=0.01)
    operator.kill()
    return {name: pod["metadata"]["uid"] for name, pod in (await world.pods()).items()}


async def test_killed_twice_in_the_middle_the_outcome_is_the_same(world: ToyWorld) -> None:
    toys, each = 40, 3
    for n in range(toys):
        await world.toy(f"t{n}", pods=each, config={"n": str(n)})
    # One worker, so that the middle is long enough to be hit.
    first = await kill_in_the_middle(world, world.operator(TOY_WORKERS="1"), 15)
    assert len(first) < toys * each, "killed too late to prove anything"
    second = await kill_in_the_middle(world, world.operator(TOY_WORKERS="1"), len(first) + 15)
    assert len(second) < toys * each, "killed too late to prove anything"
    world.operator()
    await eventually(lambda: all_ready(world, toys))
    pods = await world.pods()
    assert_outcome(pods, toys, each)
    uids = {name: pod["metadata"]["uid"] for name, pod in pods.items()}
    assert first.items() <= second.items() <= uids.items(), "nothing was made twice"
    for toy in (await world.all(TOYS)).values():
        assert toy["status"]["lost"] == []


async def test_killed_at_random_moments_the_outcome_is_the_same(world: ToyWorld) -> None:
    toys, each = 20, 2
    for n in range(toys):
        await world.toy(f"t{n}", pods=each)
    seen: dict[str, str] = {}
    chance = random.Random(7)
    for _ in range(6):
        operator = world.operator(TOY_WORKERS="2")
        await eventually(operator.leads, every=0.01)
        await asyncio.sleep(chance.uniform(0.0, 0.12))
        operator.kill()
        now = {name: pod["metadata"]["uid"] for name, pod in (await world.pods()).items()}
        assert seen.items() <= now.items()
        seen = now
    world.operator()
    await eventually(lambda: all_ready(world, toys))
    pods = await world.pods()
    assert_outcome(pods, toys, each)
    assert seen.items() <= {n: p["metadata"]["uid"] for n, p in pods.items()}.items()


async def test_a_standby_takes_over_from_a_dead_leader(world: ToyWorld) -> None:
    leader = world.operator("one")
    await eventually(leader.leads)
    standby = world.operator("two")
    await eventually(standby.ready)
    assert not await standby.leads()
    await world.toy("t0", pods=1)
    await eventually(lambda: all_ready(world, 1))
    assert await standby.metric('swirl_operator_api_request_seconds_count{code="201"') == 0
    leader.kill()
    started = time.monotonic()
    await world.toy("t1", pods=1)
    await eventually(lambda: all_ready(world, 2))
    assert time.monotonic() - started < 60.0
    assert await standby.leads()
    assert_outcome(await world.pods(), 2, 1)


async def test_a_terminated_leader_hands_over_at_once(world: ToyWorld) -> None:
    leader = world.operator("one", TOY_LEASE_SECONDS="120")
    await eventually(leader.leads)
    standby = world.operator("two", TOY_LEASE_SECONDS="120")
    await eventually(standby.ready)
    leader.terminate()
    started = time.monotonic()
    await eventually(standby.leads, every=0.02)
    assert time.monotonic() - started < 30.0, "long before the lease expires"
    assert await leader.ended() == 0


async def test_who_loses_the_lease_stops_and_says_so(world: ToyWorld) -> None:
    operator = world.operator("one")
    await eventually(operator.leads)

    async def stolen() -> bool:
        lease = await world.api.get(LEASES, "default", world.namespace)
        spec = {**lease["spec"], "holderIdentity": "thief", "leaseDurationSeconds": 3600}
        await world.api.update(LEASES, {**lease, "spec": spec})
        return True

    await stolen()
    assert await operator.ended() == 1
    await world.toy("t0", pods=1)
    await asyncio.sleep(0.5)
    assert await world.pods() == {}
    lease = await world.api.get(LEASES, "default", world.namespace)
    assert lease["spec"]["holderIdentity"] == "thief"
