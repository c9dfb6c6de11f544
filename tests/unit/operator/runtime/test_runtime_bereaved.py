"""What is deleted after its parent, and what is left to the garbage collector."""

from __future__ import annotations

from typing import Any

import pytest

from swirl.kube.errors import ApiError
from swirl.kube.resources import PODS
from swirl_operator.runtime.bereaved import BereavedChildren
from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.key import Key
from tests.unit.operator.runtime.fakes import WIDGETS, FakeApi, FakeController, Routing, pod, widget

KEY = Key("Widget", "ns", "w")


class Bench:
    """A widget with one Pod, both known to the cache."""

    def __init__(self, **metadata: Any) -> None:
        self.api = FakeApi()
        self.routing = Routing(FakeController())
        self.router = self.routing.router
        self.parent = self.api.seed(WIDGETS, widget())
        child = pod()
        child["metadata"]["ownerReferences"] = [owner(self.parent["metadata"]["uid"])]
        child["metadata"].update(metadata)
        self.child = self.api.seed(PODS, child)
        self.router.watched(WIDGETS, self.parent, type="ADDED")
        self.router.watched(PODS, self.child, type="ADDED")
        self.children = BereavedChildren(
            api=self.api, cache=self.routing.cache, router=self.router, fence=lambda: None
        )

    async def lose_parent(self) -> None:
        del self.api.objects[WIDGETS.path("ns", "w")]
        self.router.watched(WIDGETS, self.parent, type="DELETED")
        await self.children.delete(KEY, (PODS,))

    @property
    def is_there(self) -> bool:
        return PODS.path("ns", "p") in self.api.objects


def owner(uid: str) -> Object:
    return {
        "apiVersion": WIDGETS.api_version,
        "kind": WIDGETS.kind,
        "name": "w",
        "uid": uid,
        "controller": True,
    }


async def test_a_child_goes_with_its_parent() -> None:
    bench = Bench()
    await bench.lose_parent()
    assert not bench.is_there
    assert bench.routing.cache.get(PODS, "ns", "p") is None


async def test_nobody_is_deleted_while_the_parent_is_there() -> None:
    bench = Bench()
    await bench.children.delete(KEY, (PODS,))
    assert bench.api.requests == []


async def test_another_parent_of_that_name_does_not_keep_them() -> None:
    bench = Bench()
    again = bench.api.seed(WIDGETS, {**widget(), "spec": {"another": True}})
    again["metadata"]["uid"] = "another"
    bench.router.watched(WIDGETS, bench.parent, type="DELETED")
    bench.router.watched(WIDGETS, again, type="ADDED")
    await bench.children.delete(KEY, (PODS,))
    assert not bench.is_there


async def test_one_that_was_orphaned_on_purpose_stays() -> None:
    """The collector has taken the owner off it, and the watch has not told that yet."""
    bench = Bench()
    bench.api.touch(PODS, "ns", "p", metadata={"namespace": "ns", "name": "p"})
    await bench.lose_parent()
    assert bench.is_there


async def test_one_that_somebody_else_owns_too_stays() -> None:
    bench = Bench()
    references = [*bench.child["metadata"]["ownerReferences"], {"uid": "another", "kind": "X"}]
    metadata = {**bench.child["metadata"], "ownerReferences": references}
    shared = bench.api.touch(PODS, "ns", "p", metadata=metadata)
    bench.router.watched(PODS, shared, type="MODIFIED")
    await bench.lose_parent()
    assert bench.is_there


async def test_one_that_ends_already_is_not_asked_again() -> None:
    bench = Bench(deletionTimestamp="2026-01-01T00:00:00Z")
    await bench.lose_parent()
    assert bench.api.verbs() == []


async def test_what_is_refused_is_the_collectors() -> None:
    bench = Bench()
    bench.api.fail("delete", 403, "Forbidden")
    await bench.lose_parent()
    assert bench.is_there


async def test_an_api_server_that_is_away_is_tried_again() -> None:
    bench = Bench()
    bench.api.fail("delete", 503, "ServiceUnavailable")
    with pytest.raises(ApiError):
        await bench.lose_parent()
    await bench.children.delete(KEY, (PODS,))
    assert not bench.is_there
