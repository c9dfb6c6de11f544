"""A namespace of its own for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from swirl.kube.request import Request
from swirl.kube.resources import CONFIGMAPS, PODS
from swirl_operator.runtime.api import Api
from swirl_operator.runtime.credentials import Credentials
from swirl_operator.runtime.metrics import Metrics
from tests.integration.operator.runtime.toy_operator import TOYS
from tests.integration.operator.runtime.toy_world import ToyWorld


@pytest.fixture
async def api(kubeconfig: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Api]:
    monkeypatch.setenv("KUBECONFIG", kubeconfig)
    async with Api(Credentials(), metrics=Metrics()) as api:
        yield api


@pytest.fixture
async def world(api: Api, kubeconfig: str) -> AsyncIterator[ToyWorld]:
    world = ToyWorld(api, kubeconfig)
    await world.prepare()
    yield world
    for operator in world.operators:
        operator.kill()
    for resource in (TOYS, PODS, CONFIGMAPS):
        collection = resource.path(world.namespace)
        await api.send(Request("delete", "DELETE", collection, {"gracePeriodSeconds": 0}))
