"""The driver as the Pod runs it: a process with an environment, an exit code and signals."""

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

from swirl.wire.kafka import KafkaSettings
from tests.support.drivers import TRAIN_AND_FAIL, driver_environ

APP = f"""
import time
{TRAIN_AND_FAIL}
@analytics
def polite(ctx: Context) -> None:
    print("ready", flush=True)
    while not ctx.stopping:
        time.sleep(0.01)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(APP)
    return tmp_path


def environment(folder: Path, function: str, **run: Any) -> dict[str, str]:
    return {
        **os.environ,
        **driver_environ(folder, function, **run),
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[3]), str(folder)]),
    }


def drive(folder: Path, function: str, **run: Any) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "swirl.job"],
        env=environment(folder, function, **run),
        timeout=60,
    )
    return done.returncode, json.loads((folder / "termination").read_bytes())


@pytest.mark.parametrize(
    ("function", "parameters", "expected", "reason"),
    [
        ("app:train", {"max_iter": 3}, 0, "Succeeded"),
        ("app:fails", {}, 1, "UserError"),
        ("app:train", {"max_iter": "3"}, 2, "InvalidParameters"),
    ],
)
def test_exit_codes(
    folder: Path, function: str, parameters: dict[str, Any], expected: int, reason: str
) -> None:
    code, message = drive(folder, function, parameters=parameters)
    assert (code, message["reason"]) == (expected, reason)


def test_a_log_that_cannot_be_as_it_is_told_ends_the_driver(folder: Path) -> None:
    environ = {**environment(folder, "app:train"), "SWIRL_LOG_FORMAT": "xml"}
    done = subprocess.run([sys.executable, "-m", "swirl.job"], env=environ, timeout=60)
    message = json.loads((folder / "termination").read_bytes())
    assert (done.returncode, message["reason"]) == (2, "InvalidSpec")
    assert message["message"].startswith("SWIRL_LOG_FORMAT must be one of text, json")


def test_an_absent_kafka_stops_nothing(folder: Path) -> None:
    start = time.monotonic()
    code, _ = drive(folder, "app:train", kafka="127.0.0.1:1")
    assert code == 0
    assert time.monotonic() - start < 20


def test_a_polite_function_is_stopped_at_once(folder: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "swirl.job"],
        env=environment(folder, "app:polite"),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 143
    assert json.loads((folder / "termination").read_bytes())["reason"] == "DriverLost"


def test_a_driver_that_is_still_importing_is_stopped_at_once(folder: Path) -> None:
    # Stands in for what takes long to import.
    (folder / "pydantic.py").write_text("import time; print('ready', flush=True); time.sleep(60)")
    with subprocess.Popen(
        [sys.executable, "-m", "swirl.job"],
        env=environment(folder, "app:polite")
        | {"PYTHONPATH": os.pathsep.join([str(folder), str(Path(__file__).parents[3])])},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 143
    assert json.loads((folder / "termination").read_bytes())["reason"] == "DriverLost"


STREAM = """
from swirl import Context, analytics
from swirl.job import renewal

renewal._LOOK_SECONDS = 0.05

@analytics
def stream(ctx: Context) -> None:
    assert "password=" in ctx.kafka_options["kafka.sasl.jaas.config"]
    print("ready", flush=True)
    import time
    time.sleep(60)
"""


def test_a_stream_goes_on_in_another_attempt_when_its_password_is_replaced(folder: Path) -> None:
    (folder / "stream.py").write_text(STREAM)
    (folder / "password").write_text("yesterday's")
    settings = KafkaSettings(
        bootstrap_servers="127.0.0.1:1",
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="PLAIN",
        username="swirl",
        password_file=str(folder / "password"),
    )
    with subprocess.Popen(
        [sys.executable, "-m", "swirl.job"],
        env=environment(folder, "stream:stream", mode="Streaming") | settings.variables(),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        (folder / "password").write_text("today's")
        assert process.wait(timeout=30) == 1
    told = json.loads((folder / "termination").read_bytes())
    assert told["reason"] == "PlatformError"
    assert told["message"].startswith("Kafka's certificates or password were replaced: the stream")


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
