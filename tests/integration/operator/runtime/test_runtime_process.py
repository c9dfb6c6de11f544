"""A whole operator process against a real API server."""

from __future__ import annotations

import asyncio
import time

from swirl.kube.request import Request, apply
from swirl.kube.resources import CONFIGMAPS, EVENTS, LEASES, PODS
from tests.integration.operator.runtime.toy_operator import TOYS
from tests.integration.operator.runtime.toy_world import ToyWorld, eventually


async def becomes_ready(world: ToyWorld, name: str, ready: str = "True") -> None:
    async def check() -> bool:
        return await world.ready(name) == ready

    await eventually(check)


async def test_a_toy_gets_what_it_asks_for(world: ToyWorld) -> None:
    world.operator()
    await world.toy("a", pods=2, config={"x": "1"})
    await becomes_ready(world, "a")
    pods = await world.pods()
    assert set(pods) == {"a-0", "a-1"}
    toy = await world.found(TOYS, "a")
    for pod in pods.values():
        [owner] = pod["metadata"]["ownerReferences"]
        assert (owner["uid"], owner["controller"]) == (toy["metadata"]["uid"], True)
        assert pod["metadata"]["labels"] == {"app.kubernetes.io/managed-by": "swirl"}
    assert (await world.found(CONFIGMAPS, "a-config"))["data"] == {"x": "1"}
    managers = {entry["manager"] for entry in toy["metadata"]["managedFields"]}
    assert "swirl-operator" in managers
    assert not any("kopf" in manager for manager in managers)
    assert "finalizers" not in toy["metadata"]
    assert "annotations" not in toy["metadata"]

    async def told() -> bool:
        events = (await world.all(EVENTS)).values()
        return [e["reason"] for e in events if e["regarding"]["name"] == "a"] == ["Complete"]

    await eventually(told)


async def test_changes_and_drift_are_followed(world: ToyWorld) -> None:
    operator = world.operator()
    await world.toy("a", pods=1, config={"x": "1"})
    await becomes_ready(world, "a")

    async def config_is(value: str) -> bool:
        data = (await world.found(CONFIGMAPS, "a-config"))["data"]
        return bool(data == {"x": value})

    await world.merge(TOYS, "a", {"spec": {"config": {"x": "2"}}})
    await eventually(lambda: config_is("2"))
    await world.merge(CONFIGMAPS, "a-config", {"data": {"x": "edited by hand"}})
    await eventually(lambda: config_is("2"))
    await world.merge(TOYS, "a", {"spec": {"pods": 3}})
    await becomes_ready(world, "a")
    assert set(await world.pods()) == {"a-0", "a-1", "a-2"}

    before = await operator.metric('swirl_operator_api_request_seconds_count{code="200",verb="app')
    await world.merge(TOYS, "a", {"metadata": {"annotations": {"touched": "1"}}})
    await asyncio.sleep(1.0)
    after = await operator.metric('swirl_operator_api_request_seconds_count{code="200",verb="app')
    assert after == before, "nothing to do costs no write"


async def test_what_was_made_once_is_never_made_again(world: ToyWorld) -> None:
    world.operator()
    await world.toy("a", pods=2)
    await becomes_ready(world, "a")
    path = PODS.path(world.namespace, "a-0")
    await world.api.send(Request("delete", "DELETE", path, {"gracePeriodSeconds": 0}))

    async def lost() -> bool:
        return bool((await world.status("a")).get("lost") == ["a-0"])

    await eventually(lost)
    await asyncio.sleep(0.5)
    assert set(await world.pods()) == {"a-1"}


async def test_a_malformed_object_marks_itself_and_nothing_else(world: ToyWorld) -> None:
    operator = world.operator()
    await world.toy("bad", pods="many")
    await world.toy("worse")
    for n in range(5):
        await world.toy(f"good-{n}", pods=1)
    for n in range(5):
        await becomes_ready(world, f"good-{n}")
    await becomes_ready(world, "bad", "False")
    await becomes_ready(world, "worse", "False")
    conditions = {c["type"]: c for c in (await world.status("bad"))["conditions"]}
    assert conditions["Stalled"]["status"] == "True"
    assert "many" in conditions["Stalled"]["message"]
    assert (await operator.page("/healthz"))[0] == 200
    await world.merge(TOYS, "bad", {"spec": {"pods": 1}})
    await becomes_ready(world, "bad")


async def test_a_taken_name_is_reported_and_left_alone(world: ToyWorld) -> None:
    foreign = await world.make(CONFIGMAPS, "a-config", data={"mine": "yes"})
    await world.make(PODS, "a-0", spec={"containers": [{"name": "x", "image": "none"}]})
    world.operator()
    await world.toy("a", pods=1, config={"x": "1"})

    async def refused() -> str:
        return str((await world.status("a")).get("refused", ""))

    assert sorted((await eventually(refused)).split("; ")) == [
        "a-0: NameClash",
        "a-config: NameClash",
    ]
    await asyncio.sleep(1.0)
    live = await world.found(CONFIGMAPS, "a-config")
    assert live["metadata"]["resourceVersion"] == foreign["metadata"]["resourceVersion"]
    for resource, name in ((CONFIGMAPS, "a-config"), (PODS, "a-0")):
        path = resource.path(world.namespace, name)
        await world.api.send(Request("delete", "DELETE", path, {"gracePeriodSeconds": 0}))
    await becomes_ready(world, "a")
    assert "refused" not in await world.status("a")
    assert (await world.found(CONFIGMAPS, "a-config"))["data"] == {"x": "1"}


async def test_two_writers_of_one_status_do_not_lose_each_others_fields(world: ToyWorld) -> None:
    world.operator()
    await world.toy("a", pods=0)
    await becomes_ready(world, "a")
    for n in range(1, 31):
        verdict = {
            "apiVersion": TOYS.api_version,
            "kind": "Toy",
            "metadata": {"namespace": world.namespace, "name": "a"},
            "status": {"verdict": f"v{n}"},
        }
        await world.api.send(
            apply(TOYS, verdict, manager="monitor", force=True, subresource="status")
        )
        await world.merge(TOYS, "a", {"spec": {"pods": n % 4}})
    await world.merge(TOYS, "a", {"spec": {"pods": 3}})
    await becomes_ready(world, "a")
    status = await world.status("a")
    assert status["verdict"] == "v30"
    assert status["planned"] == ["a-0", "a-1", "a-2"]


async def test_only_labelled_children_are_watched(world: ToyWorld) -> None:
    for n in range(5):
        await world.make(PODS, f"foreign-{n}", spec={"containers": [{"name": "x", "image": "n"}]})
    operator = world.operator()
    await world.toy("a", pods=1)
    await becomes_ready(world, "a")
    assert await operator.metric('swirl_operator_cached_objects{resource="pods"}') == 1
    assert await operator.metric('swirl_operator_watch_events_total{resource="pods"') <= 2


async def test_the_watches_really_deliver(world: ToyWorld) -> None:
    operator = world.operator()
    await world.toy("a", pods=1)
    await becomes_ready(world, "a")
    await world.toy("b", pods=1)
    await becomes_ready(world, "b")

    async def delivered() -> bool:
        events = 'swirl_operator_watch_events_total{resource="toys"'
        return await operator.metric(events) >= 3

    await eventually(delivered)
    assert await operator.metric("swirl_operator_relist_corrections_total") == 0


async def test_sigterm_ends_it_quickly_and_releases_the_lease(world: ToyWorld) -> None:
    operator = world.operator()
    await eventually(operator.leads)
    await world.toy("a", pods=1)
    await becomes_ready(world, "a")
    started = time.monotonic()
    operator.terminate()
    assert await operator.ended() == 0
    assert time.monotonic() - started < 15.0
    lease = await world.api.get(LEASES, "default", world.namespace)
    assert lease["spec"]["holderIdentity"] == ""
