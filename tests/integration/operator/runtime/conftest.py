"""A real API server, and a namespace of its own for each test."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator

import pytest

from swirl.kube.request import Request
from swirl.kube.resources import CONFIGMAPS, PODS
from swirl_operator.runtime.api import Api
from swirl_operator.runtime.credentials import Credentials
from swirl_operator.runtime.metrics import Metrics
from tests.integration.operator.runtime.toy_operator import TOYS
from tests.integration.operator.runtime.toy_world import World


@pytest.fixture(scope="session")
def kubeconfig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An API server of our own; `SWIRL_TEST_KUBECONFIG` names one that runs already."""
    given = os.environ.get("SWIRL_TEST_KUBECONFIG")
    if given:
        yield given
        return
    from localcluster.controlplane import ephemeral

    with ephemeral(tmp_path_factory.mktemp("controlplane")) as path:
        yield str(path)


@pytest.fixture
async def api(kubeconfig: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Api]:
    monkeypatch.setenv("KUBECONFIG", kubeconfig)
    async with Api(Credentials(), metrics=Metrics()) as api:
        yield api


@pytest.fixture
async def world(api: Api, kubeconfig: str) -> AsyncIterator[World]:
    world = World(api, kubeconfig)
    await world.prepare()
    yield world
    for operator in world.operators:
        operator.kill()
    for resource in (TOYS, PODS, CONFIGMAPS):
        collection = resource.path(world.namespace)
        await api.send(Request("delete", "DELETE", collection, {"gracePeriodSeconds": 0}))
