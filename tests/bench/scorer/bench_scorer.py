"""Prints what scoring costs: stages in process, requests over HTTP beside plain FastAPI.

    python tests/bench/scorer/bench_scorer.py [seconds per run]

Server and client are separate processes on loopback; with one core each the figures are a
server's, with less they are shared out. Nothing here asserts anything about time.
"""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from operator import mul
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
ROOT = HERE.parents[3]
sys.path.insert(0, str(ROOT))

import orjson  # noqa: E402

from swirl.models import Golden, Published, Signature, Tensor  # noqa: E402
from swirl.scorer.model import ServedModel, open_verified, prepare  # noqa: E402
from tests.support.ports import free_port  # noqa: E402
from tests.support.spark_models import (  # noqa: E402
    LABELS,
    publish,
    regression,
    sentiment_stages,
)

TEXT = "@airline the flight was two hours late but the crew was really good about it"
NUMBERS = [random.Random(1).gauss(0, 1) for _ in range(20)]
CONNECTIONS = 32

ECHO = """
import orjson
from fastapi import FastAPI, Request, Response
app = FastAPI()
@app.post("/echo")
async def echo(request: Request) -> Response:
    return Response(orjson.dumps(orjson.loads(await request.body())), media_type="application/json")
"""


def text_model(folder: Path) -> Published:
    """Tokens, 2^18 hashed counts, three-class regression, label names."""
    rng = random.Random(2)
    size = 1 << 18
    stages = sentiment_stages()
    stages[2]["params"]["numFeatures"] = size
    weights = [[rng.gauss(0, 0.1) for _ in range(size)] for _ in LABELS]
    stages[3] = regression(weights, [2.0, 0.0, 0.0])
    return publish(folder, stages, golden=Golden([{"text": ""}], [{"prediction": 0.0}]))


def numeric_model(folder: Path) -> Published:
    """A binary regression of twenty features."""
    signature = Signature(
        (Tensor("features", "FP64", (-1, 20)),),
        (Tensor("prediction", "FP64"), Tensor("probability", "FP64", (-1, 2))),
    )
    stages = [regression([[0.1] * 20], [0.0])]
    golden = Golden([{"features": [1.0] * 20}], [{"prediction": 1.0}])
    return publish(folder, stages, signature=signature, golden=golden)


def opened(published: Published) -> ServedModel:
    return prepare(open_verified(published.uri, None), name="m", version="1")


def in_process(what: str, call: Callable[[], Any], repeat: int = 5) -> None:
    best = float("inf")
    for _ in range(repeat):
        start = time.perf_counter()
        for _ in range(5000):
            call()
        best = min(best, (time.perf_counter() - start) / 5000)
    print(f"  {what:<52} {best * 1e6:8.1f} us")


def numpy_or_lists() -> None:
    """Why the dot products are plain Python."""
    import numpy as np

    weights, row = np.array([0.1] * 20), NUMBERS
    plain = [0.1] * 20
    in_process("dot of 20 from a list: numpy", lambda: float(np.dot(weights, np.array(row))))
    in_process("dot of 20 from a list: sum(map(mul))", lambda: sum(map(mul, plain, row)))
    large = np.random.default_rng(1).normal(size=1 << 18)
    small = large.tolist()
    at, values = list(range(0, 150_000, 10_000)), [1.0] * 15

    def with_numpy() -> float:
        return float(np.dot(large[at], values))

    in_process("dot of 15 slots out of 2^18: numpy", with_numpy)
    in_process(
        "dot of 15 slots out of 2^18: sum(map(mul))",
        lambda: sum(map(mul, map(small.__getitem__, at), values)),
    )


def wait_for(port: int, process: subprocess.Popen[bytes]) -> float:
    start = time.perf_counter()
    while process.poll() is None and time.perf_counter() - start < 60:
        try:
            with socket.create_connection(("127.0.0.1", port), 0.2):
                return time.perf_counter() - start
        except OSError:
            time.sleep(0.01)
    raise SystemExit("the server did not start")


def serve(command: list[str], port: int, **env: str) -> tuple[subprocess.Popen[bytes], float]:
    process = subprocess.Popen(
        command,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return process, wait_for(port, process)


def load(port: int, path: str, body: bytes, connections: int, seconds: float) -> str:
    """Runs the closed-loop client (this file, in another process) and returns its line."""
    arguments = [str(port), path, str(connections), str(seconds)]
    done = subprocess.run(
        [sys.executable, str(HERE), "--client", *arguments],
        input=body,
        stdout=subprocess.PIPE,
        check=True,
    )
    return done.stdout.decode().strip()


def client(port: int, path: str, connections: int, seconds: float) -> None:
    """Keep-alive connections that each send the next request when the last is answered."""
    import asyncio

    import uvloop

    body = sys.stdin.buffer.read()
    request = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body
    taken: list[float] = []

    class Caller(asyncio.Protocol):
        def connection_made(self, transport: Any) -> None:
            self._transport, self._left, self._head = transport, 0, b""
            self._send()

        def _send(self) -> None:
            self._start = time.perf_counter()
            self._transport.write(request)

        def data_received(self, data: bytes) -> None:
            if self._left == 0:
                self._head += data
                head, found, rest = self._head.partition(b"\r\n\r\n")
                if not found:
                    return
                if b" 200 " not in head[:16]:
                    raise SystemExit(head.decode() + rest.decode())
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                self._left, self._head = length - len(rest), b""
            else:
                self._left -= len(data)
            if self._left == 0:
                taken.append(time.perf_counter() - self._start)
                self._send()

    async def run() -> None:
        loop = asyncio.get_running_loop()
        for _ in range(connections):
            await loop.create_connection(Caller, "127.0.0.1", port)
        await asyncio.sleep(seconds / 4)
        taken.clear()
        await asyncio.sleep(seconds)

    uvloop.run(run())
    taken.sort()
    p50, p99 = taken[len(taken) // 2], taken[int(len(taken) * 0.99)]
    print(f"{len(taken) / seconds:8.0f}/s   p50 {p50 * 1e3:6.2f} ms   p99 {p99 * 1e3:6.2f} ms")


def over_http(folder: Path, text: Published, numeric: Published, seconds: float) -> None:
    row = orjson.dumps({"text": TEXT})
    tensor = {"name": "text", "shape": [1], "datatype": "BYTES", "data": [TEXT]}
    vector = {"name": "features", "shape": [1, 20], "datatype": "FP64", "data": NUMBERS}
    (folder / "echo.py").write_text(ECHO)
    echo = [sys.executable, "-m", "uvicorn", "echo:app", "--app-dir", str(folder)]
    echo += ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--port"]
    infer, rows = "/v2/models/m/infer", "/v2/models/m/rows"
    plans = [
        ("plain FastAPI raw + orjson, echo of the row", None, [("/echo", row)]),
        ("text model", text, [(rows, row), (infer, orjson.dumps({"inputs": [tensor]}))]),
        ("20-feature regression", numeric, [(infer, orjson.dumps({"inputs": [vector]}))]),
    ]
    for what, model, requests in plans:
        port = free_port()
        command = [*echo, str(port)] if model is None else [sys.executable, "-m", "swirl.scorer"]
        env = {"SWIRL_PORT": str(port), "SWIRL_MODEL_NAME": "m", "SWIRL_DRAIN_SECONDS": "0"}
        env |= {"SWIRL_MODEL_URI": model.uri if model else ""}
        process, ready = serve(command, port, **env)
        memory = Path(f"/proc/{process.pid}/status").read_text().split("VmRSS:")[1].split()[0]
        print(f"  {what}: listening after {ready:.2f} s, {int(memory) // 1024} MB resident")
        for path, body in requests:
            for connections in (1, CONNECTIONS):
                line = load(port, path, body, connections, seconds)
                print(f"    {path:<24} {connections:>3} connections  {line}")
        process.terminate()
        process.wait()


def main(seconds: float) -> None:
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text, numeric = text_model(folder / "text"), numeric_model(folder / "numeric")
        print("in process, one row (best of 5 x 5000):")
        model = opened(text)
        in_process(
            f"text of {len(TEXT.split())} words, no checks",
            lambda: model.loaded.score({"text": TEXT}),
        )
        in_process("  with checks and outputs", lambda: model.answer({"text": TEXT}))
        numbers = opened(numeric)
        in_process("20-feature regression", lambda: numbers.answer({"features": NUMBERS}))
        numpy_or_lists()
        print(f"over HTTP ({seconds:g} s each):")
        over_http(folder, text, numeric, seconds)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--client"]:
        client(int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), float(sys.argv[5]))
    else:
        main(float(sys.argv[1]) if len(sys.argv) > 1 else 3.0)
