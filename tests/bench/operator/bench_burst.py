"""A thousand Batch jobs at once: how late everything is, how much is written, what it costs.

    python tests/bench/operator/bench_burst.py [--jobs 1000] [--bad 0,200]

A real API server with etcd and the garbage collector; the operator as its chart starts it; drivers
on a node that is not there (`node.py`), which ends them after 5 s. Writes are counted by the API
server. Asserts nothing; a part that takes longer than ten minutes, as on a machine that has much
else to do, is given up.

`--profile FILE` runs the operator under cProfile, which makes it slower by half.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Coroutine, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT), str(ROOT / "operator")]

import yaml  # noqa: E402

from localcluster.controlplane import ephemeral  # noqa: E402
from localcluster.processes import Processes  # noqa: E402
from swirl.wire.containers import OperatorEnvironment  # noqa: E402
from tests.bench.operator import cost  # noqa: E402
from tests.bench.operator.client import Client, Object  # noqa: E402
from tests.bench.operator.node import Node  # noqa: E402
from tests.support.ports import free_port  # noqa: E402

NAMESPACE = "burst"
ENDS_AFTER = 5.0
GIVE_UP = 600.0
_AT_ONCE = 32
_SWIRL = f"/apis/swirl.dev/v1alpha1/namespaces/{NAMESPACE}"
_BY_OTHERS = {
    ("POST", "analyticsjobs"),
    ("POST", "modelservers"),
    ("POST", "pods/binding"),
    ("PATCH", "pods/status"),
    ("PATCH", "nodes/status"),
    ("POST", "tokenreviews"),
    ("POST", "subjectaccessreviews"),
}
_PARTS = ("analyticsjobs", "analyticsruns", "modelservers", "pods", "events")

# kopf imports the official client where it is installed; the operator's image has none.
_START = """
import runpy, sys
sys.modules["kubernetes"] = None
runpy.run_module("swirl_operator", run_name="__main__", alter_sys=True)
"""
_PROFILED = """
import cProfile, runpy, sys, time
sys.modules["kubernetes"] = None
profile = cProfile.Profile(time.process_time)
try:
    profile.runcall(runpy.run_module, "swirl_operator", run_name="__main__", alter_sys=True)
finally:
    profile.dump_stats({file!r})
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--bad", default="0,200", help="bad resources beside them, one run each")
    parser.add_argument("--profile", default="", metavar="FILE")
    arguments = parser.parse_args()
    for bad in map(int, arguments.bad.split(",")):
        print(f"\n{arguments.jobs} jobs, {bad} bad resources among them", flush=True)
        with (
            tempfile.TemporaryDirectory(prefix="swirl-bench-") as folder,
            ephemeral(Path(folder)) as kubeconfig,
        ):
            processes = Processes(Path(folder, "processes"), Path(folder, "log"))
            apiserver = processes.find("kube-apiserver")
            assert apiserver is not None
            pid = apiserver.identity.pid
            asyncio.run(bench(str(kubeconfig), pid, arguments.jobs, bad, arguments.profile))


async def bench(kubeconfig: str, apiserver: int, jobs: int, bad: int, profile: str) -> None:
    async with Client(kubeconfig) as client:
        await prepare(client)
        node = Node(client, NAMESPACE, ENDS_AFTER, fate)
        await node.register()
        with operator(kubeconfig, profile) as process:
            await leading(client)
            burst = Burst(client, node, Cost(client, apiserver, process.pid), jobs, bad)
            works = (node.run(), burst.watch_runs(), burst.watch_jobs())
            helpers = [asyncio.create_task(work) for work in works]
            await asyncio.sleep(1.0)
            try:
                for part in (burst.create, burst.delete):
                    async with asyncio.timeout(GIVE_UP):
                        await part()
            except TimeoutError:
                print(f"given up after {GIVE_UP:.0f} s: {burst.state()}", flush=True)
            finally:
                for helper in helpers:
                    helper.cancel()
                await asyncio.gather(*helpers, return_exceptions=True)


async def prepare(client: Client) -> None:
    """The kinds, a namespace, and the account of the drivers in it."""
    for path in sorted((ROOT / "crds").glob("*.yaml")):
        crd = yaml.safe_load(path.read_text())
        await client.send("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd)
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    await client.send("POST", "/api/v1/namespaces", namespace)
    account = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "swirl-driver"},
    }
    await client.send("POST", f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts", account)


@contextmanager
def operator(kubeconfig: str, profile: str) -> Iterator[subprocess.Popen[bytes]]:
    """The operator in a process of its own, as the chart starts it."""
    environment = OperatorEnvironment(
        watched_namespaces=(NAMESPACE,),
        scorer_image="bench",
        monitor_image="bench",
        artifacts_uri="file:///var/lib/swirl/artifacts",
        pod_name="bench",
        pod_namespace="default",
        port=free_port(),
    )
    code = _PROFILED.format(file=profile) if profile else _START
    log = Path(tempfile.gettempdir(), "swirl-bench-operator.log")
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=ROOT / "operator",
            env={
                **os.environ,
                **environment.variables(),
                # In a Pod these two come from the Pod itself.
                "SWIRL_POD_NAME": environment.pod_name,
                "SWIRL_POD_NAMESPACE": environment.pod_namespace,
                "KUBECONFIG": kubeconfig,
                "PYTHONPATH": f"{ROOT / 'operator'}:{ROOT}",
            },
            stderr=written,
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


async def leading(client: Client) -> None:
    """Return when the operator has its Lease."""
    lease = "/apis/coordination.k8s.io/v1/namespaces/default/leases/swirl-operator"
    for _ in range(300):
        if "spec" in await client.send("GET", lease, missing=True):
            await asyncio.sleep(2.0)
            return
        await asyncio.sleep(0.2)
    raise RuntimeError("the operator does not lead")


def fate(pod: Object) -> str:
    """What becomes of a driver, by the name of its job."""
    name = pod["metadata"]["name"]
    return {"fails": "fails", "pulls": "pulls"}.get(name.split("-")[0], "ends")


def job(name: str, **spec: Any) -> tuple[str, Object]:
    metadata = {"name": name, "namespace": NAMESPACE}
    return "analyticsjobs", {
        "apiVersion": "swirl.dev/v1alpha1",
        "kind": "AnalyticsJob",
        "metadata": metadata,
        "spec": {
            "mode": "Batch",
            "image": "example.org/team/ads:1.4",
            "entryPoint": {"function": "ads.train:train"},
            "parameters": {"tweets": "file:///var/lib/swirl/artifacts/tweets", "for": name},
            **spec,
        },
    }


def bad_one(number: int) -> tuple[str, Object]:
    """Five sorts in turn, each of which keeps an operator busy in another way."""
    sort = number % 5
    if sort == 0:
        # Refused by admission for ever.
        return job(f"account-{number}", serviceAccountName="nobody")
    if sort == 1:
        return job(f"fails-{number}", retry={"limit": 3, "backoffSeconds": 1})
    if sort == 2:
        return job(f"pulls-{number}")
    if sort == 3:
        model = {"job": f"missing-{number}"}
        server = {"apiVersion": "swirl.dev/v1alpha1", "kind": "ModelServer"}
        metadata = {"name": f"server-{number}", "namespace": NAMESPACE}
        return "modelservers", {**server, "metadata": metadata, "spec": {"model": model}}
    # Its driver's volume of settings is beyond what the API server takes.
    return job(f"large-{number}", parameters={"text": "x" * 200_000})


@dataclass(slots=True)
class Used:
    """At one moment."""

    apiserver: float
    operator: float
    writes: cost.Writes


class Cost:
    """What the two processes have used."""

    def __init__(self, client: Client, apiserver: int, operator: int) -> None:
        self._client = client
        self._apiserver = apiserver
        self.operator = operator

    async def now(self) -> Used:
        return Used(
            cost.processor(self._apiserver),
            cost.processor(self.operator),
            cost.writes(await self._client.text("/metrics")),
        )


@dataclass(slots=True)
class Burst:
    """One burst, and what was seen of it."""

    client: Client
    node: Node
    cost: Cost
    jobs: int
    bad: int
    submitted: dict[str, float] = field(default_factory=dict)
    run_ended: dict[str, float] = field(default_factory=dict)
    job_ended: dict[str, float] = field(default_factory=dict)
    written_at: float = 0.0

    def state(self) -> str:
        return (
            f"{len(self._good(self.node.created))} Pods, {len(self._good(self.run_ended))} runs "
            f"and {len(self._good(self.job_ended))} jobs ended"
        )

    async def watch_runs(self) -> None:
        async for _, run in self.client.watch(f"{_SWIRL}/analyticsruns"):
            self._seen(run, "Succeeded", self.run_ended)

    async def watch_jobs(self) -> None:
        async for _, found in self.client.watch(f"{_SWIRL}/analyticsjobs"):
            self._seen(found, "Ready", self.job_ended)

    def _seen(self, obj: Object, question: str, ended: dict[str, float]) -> None:
        name, now = obj["metadata"]["name"], time.monotonic()
        self.written_at = now
        conditions = (obj.get("status") or {}).get("conditions") or ()
        if any(item["type"] == question and item["status"] == "True" for item in conditions):
            ended.setdefault(name, now)

    async def create(self) -> None:
        """Submit everything, wait until all good ones have ended, and tell."""
        before = await self.cost.now()
        started = time.monotonic()
        objects = [job(f"job-{number:05}") for number in range(self.jobs)]
        every = max(1, self.jobs // self.bad) if self.bad else 0
        for number in range(self.bad):
            objects.insert(number * (every + 1), bad_one(number))
        await at_once(self._submit(plural, obj) for plural, obj in objects)
        took = time.monotonic() - started
        while len(self._good(self.job_ended)) < self.jobs:
            await asyncio.sleep(0.2)
        ended = time.monotonic()
        # Whatever is written late belongs to it, too.
        while time.monotonic() - max(self.written_at, ended) < 4.0 and not self.bad:
            await asyncio.sleep(0.2)
        after = await self.cost.now()
        created = [
            self.node.created[run_pod] - self.submitted[of]
            for run_pod, of in ((pod, _job_of(pod)) for pod in self._good(self.node.created))
        ]
        first = min(self.submitted.values())
        told = [
            self.run_ended[name.rpartition("-")[0]] - at
            for name, at in self._good(self.node.ended).items()
        ]
        jobs_told = [
            self.job_ended[_job_of(name)] - at for name, at in self._good(self.node.ended).items()
        ]
        print(f"  submitted in {took:.1f} s; all jobs have ended after {ended - started:.1f} s")
        last = max(self._good(self.node.created).values()) - first
        print(f"  job created -> driver Pod: {spread(created)}; the last after {last:.1f} s")
        print(f"  Pod ended -> run's status: {spread(told)}")
        print(f"  Pod ended -> job's status: {spread(jobs_told)}")
        self._tell(before, after)

    def _tell(self, before: Used, after: Used) -> None:
        by_kind = {
            what: count
            for what, count in sorted((after.writes - before.writes).items())
            if what not in _BY_OTHERS and what[1].split("/")[0] in _PARTS
        }
        total = sum(by_kind.values()) / self.jobs
        parts = (f"{verb} {what} {n / self.jobs:.2f}" for (verb, what), n in by_kind.items())
        print(f"  the operator's writes for a run: {total:.2f} ({', '.join(parts)})")
        used = after.operator - before.operator
        print(f"  the operator's processor time for a run: {1000 * used / self.jobs:.1f} ms")
        used = after.apiserver - before.apiserver
        print(f"  the API server's processor time for a run: {1000 * used / self.jobs:.1f} ms")
        now, most = (cost.memory(self.cost.operator, what) for what in ("VmRSS", "VmHWM"))
        print(f"  the operator's memory: {now:.0f} MiB, at most {most:.0f} MiB", flush=True)

    async def delete(self) -> None:
        """Delete all jobs one by one, and wait until nothing of them is left."""
        before = await self.cost.now()
        started = time.monotonic()
        await at_once(
            self.client.send("DELETE", f"{_SWIRL}/analyticsjobs/{name}")
            for name in sorted(self.submitted)
            if not name.startswith("server-")
        )
        took = time.monotonic() - started
        while await self._left():
            await asyncio.sleep(0.5)
        elapsed = time.monotonic() - started
        after = await self.cost.now()
        print(f"  deleted in {took:.1f} s; nothing is left after {elapsed:.1f} s", flush=True)
        print(
            f"  processor time for it: operator {after.operator - before.operator:.1f} s, "
            f"API server {after.apiserver - before.apiserver:.1f} s"
        )

    async def _submit(self, plural: str, obj: Object) -> None:
        await self.client.send("POST", f"{_SWIRL}/{plural}", obj)
        self.submitted[obj["metadata"]["name"]] = time.monotonic()

    async def _left(self) -> bool:
        for path in (f"{_SWIRL}/analyticsruns", f"/api/v1/namespaces/{NAMESPACE}/pods"):
            found = await self.client.send("GET", f"{path}?limit=1")
            if found["items"]:
                return True
        return False

    def _good(self, times: dict[str, float]) -> dict[str, float]:
        return {name: at for name, at in times.items() if name.startswith("job-")}


async def at_once(work: Iterable[Coroutine[Any, Any, Any]]) -> None:
    """All of it, so many at a time."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(item: Coroutine[Any, Any, Any]) -> None:
        async with gate:
            await item

    await asyncio.gather(*(one(item) for item in work))


def spread(seconds: Sequence[float]) -> str:
    """Median and tail, for people."""
    if len(seconds) < 2:
        return "too few"
    ranks = statistics.quantiles(seconds, n=100)
    return f"p50 {ranks[49]:.2f} s, p99 {ranks[98]:.2f} s, longest {max(seconds):.2f} s"


def _job_of(pod: str) -> str:
    """`job-00001` of `job-00001-0123abcd-1`."""
    return "-".join(pod.split("-")[:2])


if __name__ == "__main__":
    main()
