"""What the parts of a process owe each other. Whole processes are in the integration tests."""

from __future__ import annotations

import asyncio

import pytest

from swirl.kube.request import Request
from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.metrics import Metrics
from swirl_operator.runtime.options import Options
from swirl_operator.runtime.process import Process
from tests.unit.operator.runtime.fakes import FakeApi, FakeController


class SlowList(FakeApi):
    """An API server that takes its time over lists, and only over those."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__(metrics)
        self.lists = asyncio.Event()

    async def send(self, wanted: Request) -> Object:
        if wanted.verb == "list":
            await self.lists.wait()
        return await super().send(wanted)


@pytest.fixture
async def process() -> Process:
    metrics = Metrics()
    options = Options(
        identity="me", lease_namespace="ns", lease_name="l", renew_period_seconds=0.001
    )
    return Process([FakeController()], options, SlowList(metrics), metrics)


async def test_the_lease_is_renewed_while_everything_is_still_being_listed(
    process: Process,
) -> None:
    api = process.api
    assert isinstance(api, SlowList)
    leading = asyncio.create_task(process._lead())
    async with asyncio.timeout(10):
        while api.verbs().count("update") < 3:
            await asyncio.sleep(0.001)
    assert not process.router.active
    api.lists.set()
    async with asyncio.timeout(10):
        while not process.router.active:
            await asyncio.sleep(0.001)
    leading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leading
    assert not process.router.active
    assert process.workers.dead() == []


async def test_a_list_that_fails_ends_the_leader(process: Process) -> None:
    api = process.api
    assert isinstance(api, SlowList)
    api.lists.set()
    api.fail("list", 403, "Forbidden")
    with pytest.raises(Exception, match="as told"):
        await process._lead()
