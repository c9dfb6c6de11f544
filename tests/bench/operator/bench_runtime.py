"""Reconciles per second and memory of the runtime, against a real API server.

    python tests/bench/operator/bench_runtime.py [--objects 1000] [--kubeconfig FILE]

Makes toys that want one Pod and one ConfigMap each, starts an operator on them, and prints how long
everything took, what a settled reconcile costs, and the memory of the process. Asserts nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
TOY = ROOT / "tests" / "integration" / "operator" / "runtime"
sys.path[:0] = [str(ROOT), str(ROOT / "operator"), str(TOY)]

# kopf imports the official client where it is installed; the operator's image has none.
START = """
import runpy, sys
sys.modules["kubernetes"] = None
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--objects", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=10)
    parser.add_argument("--kubeconfig", help="of a running cluster; otherwise one is started")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        kubeconfig = arguments.kubeconfig
        if kubeconfig is None:
            from localcluster.controlplane import ephemeral

            directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="swirl-bench-"))
            kubeconfig = stack.enter_context(ephemeral(Path(directory)))
        os.environ["KUBECONFIG"] = str(kubeconfig)
        asyncio.run(bench(arguments.objects, arguments.workers))


async def bench(objects: int, workers: int) -> None:
    from swirl_operator.runtime.api import Api
    from swirl_operator.runtime.credentials import Credentials
    from swirl_operator.runtime.metrics import Metrics
    from tests.integration.operator.runtime.toy_operator import TOYS
    from tests.integration.operator.runtime.toy_world import ToyWorld

    async with Api(Credentials(), metrics=Metrics()) as api:
        world = ToyWorld(api, os.environ["KUBECONFIG"])
        await world.prepare()
        operator = start(world.namespace, workers)
        try:
            await run(world, operator, objects, TOYS)
        finally:
            operator.terminate()
            operator.wait()


def start(namespace: str, workers: int) -> Process:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "operator"),
        "TOY_NAMESPACES": namespace,
        "TOY_LEASE": namespace,
        "TOY_LEASE_SECONDS": "60",
        "TOY_WORKERS": str(workers),
    }
    command = [sys.executable, "-c", START, str(TOY / "toy_operator.py"), "bench", str(port)]
    return Process(command, port, environment)


class Process(subprocess.Popen[bytes]):
    """The operator, with a look at its metrics and its memory."""

    def __init__(self, command: list[str], port: int, environment: dict[str, str]) -> None:
        self.port = port
        super().__init__(command, env=environment, stderr=subprocess.DEVNULL)

    async def metrics(self) -> dict[str, float]:
        import aiohttp

        try:
            async with (
                aiohttp.ClientSession() as session,
                session.get(f"http://127.0.0.1:{self.port}/metrics") as answer,
            ):
                lines = (await answer.text()).splitlines()
        except aiohttp.ClientError:
            return {}
        pairs = (line.rpartition(" ") for line in lines if not line.startswith("#"))
        return {name: float(value) for name, _, value in pairs}

    def memory(self) -> float:
        """Resident MiB now."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    def processor(self) -> float:
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def total(metrics: dict[str, float], name: str) -> float:
    return sum(value for key, value in metrics.items() if key.startswith(name))


async def run(world: Any, operator: Process, objects: int, toys: Any) -> None:
    while (await operator.metrics()).get("swirl_operator_leader") != 1.0:
        await asyncio.sleep(0.2)
    print(f"idle: {operator.memory():.0f} MiB")
    started, processor = time.monotonic(), operator.processor()
    gate = asyncio.Semaphore(16)

    async def submit(number: int) -> None:
        async with gate:
            await world.toy(f"b{number:05}", pods=1, config={"n": str(number)})

    await asyncio.gather(*(submit(n) for n in range(objects)))
    print(f"{objects} objects submitted in {time.monotonic() - started:.1f} s")
    while True:
        found = (await world.all(toys)).values()
        if sum(is_ready(toy) for toy in found) == objects:
            break
        await asyncio.sleep(0.5)
    elapsed = time.monotonic() - started
    metrics = await operator.metrics()
    reconciles = total(metrics, "swirl_operator_reconcile_seconds_count")
    requests = total(metrics, "swirl_operator_api_request_seconds_count")
    used = operator.processor() - processor
    print(f"all ready after {elapsed:.1f} s: {objects / elapsed:.0f} objects/s")
    print(f"{reconciles:.0f} reconciles ({reconciles / elapsed:.0f}/s), {requests:.0f} requests")
    print(f"operator: {used:.1f} s of processor, {1000 * used / reconciles:.2f} ms a reconcile")
    print(f"memory with {objects} objects and {2 * objects} children: {operator.memory():.0f} MiB")
    await settled(operator, objects)


async def settled(operator: Process, objects: int) -> None:
    """What the resync of everything costs when there is nothing to do."""
    name = 'swirl_operator_queue_wait_seconds_count{lane="resync"}'
    print("waiting for a relist and resync ...")
    # The one under way may have begun while there was still work: the next one counts.
    begin = await resynced(operator, name, 0.0)
    while begin != (begin := await resynced(operator, name, begin)):
        await asyncio.sleep(2.0)
    processor = operator.processor()
    done = await resynced(operator, name, begin + objects) - begin
    used = operator.processor() - processor
    print(f"resync of {done:.0f} settled objects: {used:.2f} s of processor, list included")
    print(f"memory after it: {operator.memory():.0f} MiB")


async def resynced(operator: Process, name: str, at_least: float) -> float:
    """The number of resynced keys, when it has reached `at_least`."""
    while True:
        metrics = await operator.metrics()
        if metrics and metrics.get(name, 0.0) >= at_least:
            return metrics.get(name, 0.0)
        await asyncio.sleep(0.5)


def is_ready(toy: dict[str, Any]) -> bool:
    conditions = (toy.get("status") or {}).get("conditions") or []
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)


if __name__ == "__main__":
    main()
