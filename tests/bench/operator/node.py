"""A node without a machine: binds Pods, says that they run, and ends them after some seconds.

It plays the scheduler and the kubelet with the requests that these make: one to bind, one status
when the container runs and one when it ended, and the last word on a Pod that is deleted.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

from swirl.wire.outcome import ModelRef, Outcome
from tests.bench.operator.client import Client, Object

NODE = "bench-node"
_STRATEGIC = "application/strategic-merge-patch+json"
_HEARTBEAT_SECONDS = 10.0
_AT_ONCE = 16
# What real drivers leave: a model, some figures and a small result.
_MESSAGE = (
    Outcome(
        "Succeeded",
        "Completed",
        "The function returned.",
        models=[
            ModelRef(
                "sentiment",
                "file:///var/lib/swirl/artifacts/models/ads/train/train-0123abcd-1/sentiment",
                f"sha256:{'0123abcd' * 8}",
            )
        ],
        metrics={"accuracy": "0.7131", "rows": "38158", "f1": "0.7002", "seconds": "3.9"},
        result='{"rows":38158}',
    )
    .to_bytes()
    .decode()
)


class Node:
    """The one node of the cluster.

    Args:
        client: to the API server.
        namespace: whose Pods it runs.
        seconds: that a container runs.
        fate: of a Pod: `ends`, `fails`, or `pulls` for one whose image cannot be had.
    """

    def __init__(
        self, client: Client, namespace: str, seconds: float, fate: Callable[[Object], str]
    ) -> None:
        self._client = client
        self._pods = f"/api/v1/namespaces/{namespace}/pods"
        self._seconds = seconds
        self._fate = fate
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._seen: set[str] = set()
        self._stopping: set[str] = set()
        self.created: dict[str, float] = {}
        """When the Pod of that name was seen first."""
        self.ended: dict[str, float] = {}
        """When the API server had the end of the Pod of that name."""

    async def register(self) -> None:
        """The node, as a kubelet makes it."""
        node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": NODE}}
        await self._client.send("POST", "/api/v1/nodes", node)
        await self._beat()

    async def run(self) -> None:
        """Look after the Pods until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._heartbeat())
                group.create_task(self._watch())
        finally:
            for task in self._tasks:
                task.cancel()

    async def _heartbeat(self) -> None:
        while True:
            await asyncio.sleep(_HEARTBEAT_SECONDS)
            await self._beat()

    async def _beat(self) -> None:
        ready = {
            "type": "Ready",
            "status": "True",
            "reason": "KubeletReady",
            "lastHeartbeatTime": _now(),
        }
        room = {"cpu": "100k", "memory": "100Ti", "pods": "100k"}
        status = {"status": {"conditions": [ready], "capacity": room, "allocatable": room}}
        await self._client.send("PATCH", f"/api/v1/nodes/{NODE}/status", status, _STRATEGIC)

    async def _watch(self) -> None:
        async for kind, pod in self._client.watch(self._pods):
            name, uid = pod["metadata"]["name"], pod["metadata"]["uid"]
            if kind == "DELETED":
                continue
            if uid not in self._seen:
                self._seen.add(uid)
                self.created.setdefault(name, time.monotonic())
                self._start(self._live(pod))
            if pod["metadata"].get("deletionTimestamp") and uid not in self._stopping:
                self._stopping.add(uid)
                self._start(self._stop(name))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            print(f"the node: {task.exception()}")

    async def _live(self, pod: Object) -> None:
        name, fate = pod["metadata"]["name"], self._fate(pod)
        target = {"apiVersion": "v1", "kind": "Node", "name": NODE}
        binding = {
            "apiVersion": "v1",
            "kind": "Binding",
            "metadata": {"name": name},
            "target": target,
        }
        async with self._gate:
            await self._client.send("POST", f"{self._pods}/{name}/binding", binding, missing=True)
        if fate == "pulls":
            await self._pull(name)
            return
        started = _now()
        await self._status(name, "Running", {"running": {"startedAt": started}})
        await asyncio.sleep(self._seconds)
        code = 0 if fate == "ends" else 1
        terminated = {"exitCode": code, "startedAt": started, "finishedAt": _now()}
        terminated["message"] = _MESSAGE if code == 0 else "ValueError: no"
        phase = "Succeeded" if code == 0 else "Failed"
        await self._status(name, phase, {"terminated": terminated})
        self.ended[name] = time.monotonic()

    async def _pull(self, name: str) -> None:
        """As the kubelet does it: an error and a wait in turn, until the Pod is deleted."""
        while True:
            for reason in ("ErrImagePull", "ImagePullBackOff"):
                waiting = {"reason": reason, "message": "not found: example.org/none:1"}
                if not await self._status(name, "Pending", {"waiting": waiting}):
                    return
                await asyncio.sleep(5.0)

    async def _status(self, name: str, phase: str, state: Object) -> bool:
        """Whether there still was such a Pod."""
        container = {
            "name": "driver",
            "image": "bench",
            "imageID": "",
            "ready": "running" in state,
            "restartCount": 0,
            "state": state,
        }
        status = {"phase": phase, "podIP": "10.1.0.1", "containerStatuses": [container]}
        async with self._gate:
            answer = await self._client.send(
                "PATCH", f"{self._pods}/{name}/status", {"status": status}, _STRATEGIC, missing=True
            )
        return answer.get("kind") == "Pod"

    async def _stop(self, name: str) -> None:
        async with self._gate:
            now = {"apiVersion": "v1", "kind": "DeleteOptions", "gracePeriodSeconds": 0}
            await self._client.send("DELETE", f"{self._pods}/{name}", now, missing=True)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
