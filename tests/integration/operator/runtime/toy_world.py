"""Toy operators as processes of their own, and a namespace to watch them in."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from swirl.kube.errors import AlreadyExists, ApiError, NotFound
from swirl.kube.request import Request
from swirl.kube.resources import PODS, Resource
from swirl_operator.runtime.api import Api
from swirl_operator.runtime.interface import Object
from tests.integration.operator.runtime.toy_operator import CRD, TOYS
from tests.support.ports import free_port

HERE = Path(__file__).resolve().parent
OPERATOR = HERE.parents[3] / "operator"

CRDS = Resource("apiextensions.k8s.io", "v1", "customresourcedefinitions", "")
ACCOUNTS = Resource("", "v1", "serviceaccounts", "ServiceAccount")

# kopf imports the official client where it is installed; the operator's image has none.
_START = """
import runpy, sys
sys.modules["kubernetes"] = None
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


class Operator:
    """One operator process."""

    def __init__(self, identity: str, kubeconfig: str, environment: dict[str, str]) -> None:
        self.identity = identity
        self.port = free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-c", _START, str(HERE / "toy_operator.py"), identity, str(self.port)],
            env={
                **os.environ,
                "KUBECONFIG": kubeconfig,
                "PYTHONPATH": str(OPERATOR),
                **environment,
            },
        )

    async def page(self, path: str) -> tuple[int, str]:
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.get(f"http://127.0.0.1:{self.port}{path}") as answer,
            ):
                return answer.status, await answer.text()
        except aiohttp.ClientError:
            return 0, ""

    async def metric(self, name: str) -> float:
        _, text = await self.page("/metrics")
        values = [line.rpartition(" ")[2] for line in text.splitlines() if line.startswith(name)]
        return sum(float(value) for value in values)

    async def ready(self) -> bool:
        return (await self.page("/readyz"))[0] == 200

    async def leads(self) -> bool:
        return await self.metric("swirl_operator_leader") == 1.0

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    async def ended(self, timeout: float = 60.0) -> int:
        return await asyncio.to_thread(self.process.wait, timeout)

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)


class ToyWorld:
    """A namespace of its own in the cluster, and the operators started in it."""

    def __init__(self, api: Api, kubeconfig: str) -> None:
        self.api = api
        self.kubeconfig = kubeconfig
        self.namespace = f"t-{uuid.uuid4().hex[:8]}"
        self.operators: list[Operator] = []

    def operator(self, identity: str = "one", **environment: str) -> Operator:
        scope = {"TOY_LEASE": self.namespace, "TOY_NAMESPACES": self.namespace}
        operator = Operator(identity, self.kubeconfig, {**scope, **environment})
        self.operators.append(operator)
        return operator

    async def toy(self, name: str, **spec: Any) -> Object:
        return await self.make(TOYS, name, spec=spec)

    async def make(self, resource: Resource, name: str, **body: Any) -> Object:
        metadata = {"namespace": self.namespace, "name": name}
        head = {"apiVersion": resource.api_version, "kind": resource.kind, "metadata": metadata}
        return await self.api.create(resource, {**head, **body})

    async def merge(self, resource: Resource, name: str, patch: Object) -> Object:
        return await self.api.merge(resource, self.namespace, name, patch)

    async def get(self, resource: Resource, name: str) -> Object | None:
        try:
            return await self.api.get(resource, self.namespace, name)
        except NotFound:
            return None

    async def found(self, resource: Resource, name: str) -> Object:
        return await self.api.get(resource, self.namespace, name)

    async def status(self, name: str) -> Any:
        toy = await self.get(TOYS, name)
        return (toy or {}).get("status") or {}

    async def ready(self, name: str) -> str | None:
        toy = await self.get(TOYS, name)
        status = (toy or {}).get("status") or {}
        if toy is None or status.get("observedGeneration") != toy["metadata"]["generation"]:
            return None
        conditions = {c["type"]: c["status"] for c in status.get("conditions") or []}
        return conditions.get("Ready")

    async def pods(self) -> dict[str, Object]:
        return await self.all(PODS)

    async def all(self, resource: Resource) -> dict[str, Object]:
        found: dict[str, Object] = {}
        async for items, _ in self.api.pages(resource, self.namespace):
            found.update({item["metadata"]["name"]: item for item in items})
        return found

    async def prepare(self) -> None:
        """The toy kind, the namespace, and what a Pod needs in it."""
        kinds = f"/apis/{CRDS.group}/{CRDS.version}/{CRDS.plural}"
        with contextlib.suppress(AlreadyExists):
            await self.api.send(Request("create", "POST", kinds, CRD))
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace}}
        await self.api.send(Request("create", "POST", "/api/v1/namespaces", namespace))
        # Some control planes run without the controller that makes it, others need a moment.
        with contextlib.suppress(AlreadyExists):
            await self.make(ACCOUNTS, "default")
        await eventually(self.served)

    async def served(self) -> bool:
        try:
            await self.all(TOYS)
        except ApiError:
            return False
        return True


async def eventually(
    check: Callable[[], Awaitable[Any]], *, seconds: float = 90.0, every: float = 0.1
) -> Any:
    """The first true result of `check`; fails with the last one when time is up."""
    result: Any = None
    try:
        async with asyncio.timeout(seconds):
            while not (result := await check()):
                await asyncio.sleep(every)
    except TimeoutError:
        pytest.fail(f"not within {seconds:.0f} s; last: {result!r}")
    return result
