"""The driver as the Pod runs it, a process with an environment; functions that need no Spark."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

APP = """
import asyncio, sys, time
from swirl import Context, analytics

@analytics
def train(ctx: Context, *, max_iter: int = 20) -> dict[str, int]:
    ctx.record("accuracy", 0.71)
    return {"iterations": max_iter}

@analytics
def large(ctx: Context) -> str:
    return "x" * 5000

@analytics
def fails(ctx: Context) -> None:
    ctx.record("rows", 3)
    raise ValueError("no rows\\nsecond line")

@analytics
def cancelled(ctx: Context) -> None:
    raise asyncio.CancelledError

@analytics
def leaves(ctx: Context, *, code: int) -> None:
    sys.exit(code)

@analytics
def opaque(ctx: Context) -> object:
    return object()

@analytics
def needs_kafka(ctx: Context) -> str:
    return ctx.kafka.bootstrap_servers

@analytics
def polite(ctx: Context) -> None:
    print("ready", flush=True)
    while not ctx.stopping:
        time.sleep(0.01)

def plain(ctx: Context, a: int) -> int:
    return a + 1

def untyped(ctx, a):
    return a

number = 3
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "broken.py").write_text("import nowhere_to_be_found\n")
    (tmp_path / "typo.py").write_text("def f(:\n")
    (tmp_path / "script.py").write_text("import sys\n\ndef f(ctx): ...\n\nsys.exit()\n")
    return tmp_path


def environment(folder: Path, **run: Any) -> dict[str, str]:
    body = {
        "namespace": "ads",
        "job": "train",
        "run": "train-1",
        "attempt": 1,
        "mode": "Batch",
        "function": "app:train",
        "parameters": {},
        "artifacts": f"file://{folder}/artifacts",
        "kafka": None,
    }
    return os.environ | {
        "SWIRL_RUN": json.dumps(body | run),
        "SWIRL_TERMINATION_LOG": str(folder / "termination"),
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[3]), str(folder)]),
    }


def drive(folder: Path, **run: Any) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "swirl.job.driver"], env=environment(folder, **run), timeout=60
    )
    return done.returncode, json.loads((folder / "termination").read_bytes())


def test_success(folder: Path) -> None:
    code, message = drive(folder, parameters={"max_iter": 3})
    assert code == 0
    assert message == {
        "outcome": "Succeeded",
        "reason": "Succeeded",
        "message": "app:train succeeded",
        "models": [],
        "metrics": {"accuracy": "0.71"},
        "result": {"iterations": 3},
    }


def test_a_large_result_goes_to_the_store(folder: Path) -> None:
    code, message = drive(folder, function="app:large")
    assert code == 0
    assert "result" not in message
    path = Path(message["resultURI"].removeprefix("file://"))
    assert path == folder / "artifacts/results/ads/train/train-1-1/result.json"
    assert json.loads(path.read_bytes()) == "x" * 5000


def test_a_function_without_the_decorator_runs_too(folder: Path) -> None:
    code, message = drive(folder, function="app:plain", parameters={"a": 1})
    assert (code, message["result"]) == (0, 2)


def test_a_users_error_names_the_line(folder: Path) -> None:
    code, message = drive(folder, function="app:fails")
    line = APP.splitlines().index('    raise ValueError("no rows\\nsecond line")') + 1
    assert code == 1
    assert message["reason"] == "FunctionFailed"
    assert message["message"] == f"ValueError at app.py:{line}: no rows"
    assert message["metrics"] == {"rows": "3"}


def test_an_error_that_is_no_exception_is_told_like_one(folder: Path) -> None:
    code, message = drive(folder, function="app:cancelled")
    assert (code, message["reason"]) == (1, "FunctionFailed")
    assert message["message"].startswith("CancelledError at app.py:")


@pytest.mark.parametrize(("given", "expected"), [(0, 0), (3, 1)])
def test_sys_exit(folder: Path, given: int, expected: int) -> None:
    code, message = drive(folder, function="app:leaves", parameters={"code": given})
    assert code == expected
    assert message["outcome"] == ("Failed" if expected else "Succeeded")
    assert "sys.exit" in message["message"]


@pytest.mark.parametrize(
    ("run", "reason", "complaint"),
    [
        ({"parameters": {"max_iter": "x"}}, "InvalidParameters", "parameter 'max_iter': got"),
        ({"function": "app"}, "EntryPointNotFound", "must be written module:function"),
        ({"function": "nope:f"}, "EntryPointNotFound", "no module 'nope' in the image"),
        ({"function": "app:nope"}, "EntryPointNotFound", "has no 'nope'; it has cancelled, fails"),
        ({"function": "broken:f"}, "EntryPointNotFound", "ModuleNotFoundError at broken.py:1"),
        ({"function": "typo:f"}, "EntryPointNotFound", "SyntaxError"),
        ({"function": "script:f"}, "EntryPointNotFound", "put what it runs as a script under if"),
        ({"function": "app:number"}, "InvalidEntryPoint", "is for functions"),
        ({"function": "app:untyped"}, "InvalidEntryPoint", "needs a type hint"),
        ({"function": "app:opaque"}, "ResultNotSerializable", "returned object"),
        ({"function": "app:needs_kafka"}, "KafkaNotConfigured", "installed without one"),
        ({"attempt": 0}, "InvalidRun", "attempt must be 1 or more"),
        ({"artifacts": "s3://bucket"}, "InvalidRun", "s3fs"),
        ({"artifacts": "/data"}, "InvalidRun", "write it with a scheme"),
        ({"kafka": {"bootstrapServers": "kafka"}}, "InvalidRun", "must be written host:port"),
    ],
)
def test_what_another_attempt_cannot_cure(
    folder: Path, run: dict[str, Any], reason: str, complaint: str
) -> None:
    code, message = drive(folder, **run)
    assert (code, message["reason"]) == (2, reason)
    assert complaint in message["message"]


def test_an_absent_kafka_stops_nothing(folder: Path) -> None:
    start = time.monotonic()
    code, _ = drive(folder, kafka={"bootstrapServers": "127.0.0.1:1", "metricsTopic": "m"})
    assert code == 0
    assert time.monotonic() - start < 20


def test_a_polite_function_is_stopped_at_once(folder: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "swirl.job.driver"],
        env=environment(folder, function="app:polite"),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 143
    assert json.loads((folder / "termination").read_bytes())["reason"] == "Stopped"


STUBBORN = """
import sys, time, os
from swirl.job.stopping import Grace, Stopped, Stopper

def stop_queries(seconds):
    if sys.argv[2] == "raises":
        raise RuntimeError("Spark is gone")
    if sys.argv[2] == "hangs":
        time.sleep(60)

stopper = Stopper(stop_queries, lambda: os._exit(9), Grace(0, 0.1, 0.3))
stopper.install()
print("ready", flush=True)
try:
    try:
        time.sleep(60)
    except Exception:
        sys.exit(1)
    finally:
        print("finally", flush=True)
        if sys.argv[1] == "forever":
            time.sleep(60)
except Stopped:
    stopper.finished()
    sys.exit(143)
"""


@pytest.mark.parametrize(
    ("how", "queries", "code"),
    [
        ("once", "stop", 143),
        ("forever", "stop", 9),
        ("once", "raises", 143),
        ("once", "hangs", 143),
    ],
)
def test_a_stubborn_function_is_interrupted_then_ended(how: str, queries: str, code: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STUBBORN, how, queries], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == code
        assert process.stdout.read() == "finally\n"
