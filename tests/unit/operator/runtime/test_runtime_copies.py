"""A copy is made, kept up to date and taken away; what is somebody else's is left as it is."""

from __future__ import annotations

from typing import Any

import pytest

from swirl.kube.errors import ServerError
from swirl.kube.resources import NAMESPACES, SECRETS
from swirl_operator.runtime.copies import Copier
from swirl_operator.runtime.interface import Copy, Object, Plan, Ref
from swirl_operator.runtime.objects import placed
from tests.unit.operator.runtime.fakes import FakeApi

SOURCE = Ref(SECRETS, "system", "registry")


class Bench:
    def __init__(self) -> None:
        self.api = FakeApi()
        self.parent = placed(
            NAMESPACES,
            {
                "apiVersion": "v1",
                "kind": "Namespace",
                "metadata": {"name": "team", "uid": "uid-of-team"},
            },
        )
        self.copier = Copier(api=self.api, fence=lambda: None)

    def source(self, **data: str) -> None:
        self.api.objects.pop(SECRETS.path("system", "registry"), None)
        self.api.seed(SECRETS, secret("system", **data))

    async def run(self, *, present: bool = True) -> tuple[int, list[Any]]:
        plan = Plan(copy=(Copy(SOURCE, present=present),))
        return await self.copier.write(self.parent, NAMESPACES, plan)

    @property
    def made(self) -> Object | None:
        return self.api.objects.get(SECRETS.path("team", "registry"))


def secret(namespace: str, **data: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "registry", "namespace": namespace, "labels": {"theirs": "x"}},
        "type": "kubernetes.io/dockerconfigjson",
        "data": data,
    }


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    bench.source(key="YQ==")
    return bench


async def test_copy_is_made_once(bench: Bench) -> None:
    assert await bench.run() == (1, [])
    made = bench.made
    assert made is not None
    assert made["type"] == "kubernetes.io/dockerconfigjson"
    assert made["data"] == {"key": "YQ=="}
    assert made["metadata"]["labels"] == {"app.kubernetes.io/managed-by": "swirl"}
    assert made["metadata"]["ownerReferences"][0]["uid"] == "uid-of-team"
    assert await bench.run() == (0, [])


async def test_copy_follows_its_source(bench: Bench) -> None:
    await bench.run()
    bench.source(key="Yg==")
    assert await bench.run() == (1, [])
    assert bench.made is not None
    assert bench.made["data"] == {"key": "Yg=="}


async def test_copy_that_somebody_deleted_comes_back(bench: Bench) -> None:
    await bench.run()
    del bench.api.objects[SECRETS.path("team", "registry")]
    assert await bench.run() == (1, [])


@pytest.mark.parametrize("present", [True, False])
async def test_copy_leaves_the_secret_of_somebody_else(bench: Bench, present: bool) -> None:
    theirs = bench.api.seed(SECRETS, secret("team", key="dGhlaXJz"))
    assert await bench.run(present=present) == (0, [])
    assert bench.made == theirs


async def test_copy_goes_when_it_is_not_wanted(bench: Bench) -> None:
    await bench.run()
    assert await bench.run(present=False) == (1, [])
    assert bench.made is None
    assert await bench.run(present=False) == (0, [])


async def test_copy_without_a_source_says_where_to_make_it(bench: Bench) -> None:
    del bench.api.objects[SECRETS.path("system", "registry")]
    written, (failure,) = await bench.run()
    assert written == 0
    assert failure.ref == Ref(SECRETS, "team", "registry")
    assert failure.code == 404
    assert failure.message == "namespace system has none to copy; make it there"


async def test_copy_that_may_not_be_made_stops_no_other(bench: Bench) -> None:
    bench.api.fail("apply", 403, "Forbidden")
    written, (failure,) = await bench.run()
    assert (written, failure.code) == (0, 403)


async def test_copy_waits_for_an_api_server_that_is_away(bench: Bench) -> None:
    bench.api.fail("apply", 503, "Unavailable")
    with pytest.raises(ServerError):
        await bench.run()
