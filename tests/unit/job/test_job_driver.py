"""How runs end: functions that need no Spark, in a driver of this process."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from swirl.job.errors import PermanentError
from swirl.wire.exits import DriverExit
from swirl.wire.outcome import Outcome
from swirl.wire.reasons import DRIVER_REASONS
from tests.support.drivers import TRAIN_AND_FAIL, driver_environ
from tests.unit.job.driven import drive, modules

APP = f"""{TRAIN_AND_FAIL}
import asyncio, sys
from swirl import PermanentError
from swirl.job.context import KafkaNotConfigured

@analytics
def large(ctx: Context) -> str:
    return "x" * 5000

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

class NoBroker(KafkaNotConfigured):
    pass

@analytics
def needs_more(ctx: Context) -> None:
    raise NoBroker("there is no broker for tests")

@analytics
def hopeless(ctx: Context) -> None:
    raise PermanentError("there is no such table")

@analytics
def wordless(ctx: Context) -> None:
    raise PermanentError

def plain(ctx: Context, a: int) -> int:
    return a + 1

def untyped(ctx, a):
    return a

number = 3
"""
SOURCES = {
    "app": APP,
    "broken": "import nowhere_to_be_found\n",
    "typo": "def f(:\n",
    "script": "import sys\n\ndef f(ctx): ...\n\nsys.exit()\n",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with modules(monkeypatch, tmp_path, SOURCES):
        yield tmp_path


def run(folder: Path, function: str, **fields: Any) -> tuple[DriverExit, Outcome]:
    return drive(driver_environ(folder, function, **fields))


def test_success(folder: Path) -> None:
    assert run(folder, "app:train", parameters={"max_iter": 3}) == (
        DriverExit.SUCCEEDED,
        Outcome(
            "Succeeded",
            "Succeeded",
            "app:train succeeded",
            metrics={"accuracy": "0.71"},
            result='{"iterations": 3}',
        ),
    )


def test_a_large_result_goes_to_the_store(folder: Path) -> None:
    code, told = run(folder, "app:large")
    assert code == DriverExit.SUCCEEDED
    assert told.result is None
    assert told.result_uri is not None
    path = Path(told.result_uri.removeprefix("file://"))
    assert path == folder / "artifacts/results/ads/train/train-1-1/result.json"
    assert json.loads(path.read_bytes()) == "x" * 5000


def test_a_function_without_the_decorator_runs_too(folder: Path) -> None:
    code, told = run(folder, "app:plain", parameters={"a": 1})
    assert (code, told.result) == (DriverExit.SUCCEEDED, "2")


def test_a_users_error_names_the_line(folder: Path) -> None:
    code, told = run(folder, "app:fails")
    line = APP.splitlines().index('    raise ValueError("no rows\\nsecond line")') + 1
    assert (code, told.reason) == (DriverExit.FAILED, "UserError")
    assert told.message == f"ValueError at app.py:{line}: no rows second line"
    assert told.metrics == {"rows": "3"}


def test_an_error_that_is_no_exception_is_told_like_one(folder: Path) -> None:
    code, told = run(folder, "app:cancelled")
    assert (code, told.reason) == (DriverExit.FAILED, "UserError")
    assert told.message.startswith("CancelledError at app.py:")


@pytest.mark.parametrize(
    ("given", "expected", "outcome"),
    [(0, DriverExit.SUCCEEDED, "Succeeded"), (3, DriverExit.FAILED, "Failed")],
)
def test_sys_exit(folder: Path, given: int, expected: DriverExit, outcome: str) -> None:
    code, told = run(folder, "app:leaves", parameters={"code": given})
    assert (code, told.outcome) == (expected, outcome)
    assert "sys.exit" in told.message


@pytest.mark.parametrize(
    ("function", "fields", "reason", "complaint"),
    [
        ("app:train", {"parameters": {"max_iter": "x"}}, "InvalidParameters", "'max_iter': got"),
        ("app", {}, "InvalidSpec", "must be written module:function"),
        ("nope:f", {}, "InvalidSpec", "no module 'nope' in the image"),
        ("app:nope", {}, "InvalidSpec", "has no 'nope'; it has cancelled, fails"),
        ("broken:f", {}, "InvalidSpec", "ModuleNotFoundError at broken.py:1"),
        ("typo:f", {}, "InvalidSpec", "SyntaxError"),
        ("script:f", {}, "InvalidSpec", "put what it runs as a script under if"),
        ("app:number", {}, "InvalidSpec", "is for functions"),
        ("app:untyped", {}, "InvalidSpec", "needs a type hint"),
        ("app:opaque", {}, "UserError", "opaque returned object"),
        ("app:needs_kafka", {}, "InvalidSpec", "installed without one"),
        ("app:train", {"attempt": 0}, "InvalidSpec", "attempt must be 1 or more"),
        ("app:train", {"artifacts": "hdfs://a/b"}, "InvalidSpec", "write file://"),
        ("app:train", {"artifacts": "/data"}, "InvalidSpec", "write it with a scheme"),
    ],
)
def test_what_another_attempt_cannot_cure(
    folder: Path, function: str, fields: dict[str, Any], reason: str, complaint: str
) -> None:
    code, told = run(folder, function, **fields)
    assert (code, told.reason) == (DriverExit.PERMANENT, reason)
    assert complaint in told.message


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("SWIRL_RUN", "", "SWIRL_RUN is not set"),
        ("SWIRL_RUN", "{", "SWIRL_RUN is not JSON"),
        ("SWIRL_KAFKA_BOOTSTRAP", "kafka", "must be written host:port"),
        ("SWIRL_SPARK_CONF", '{"a": 1}', "SWIRL_SPARK_CONF must be a JSON object"),
    ],
)
def test_an_environment_that_cannot_be_read(
    folder: Path, name: str, text: str, complaint: str
) -> None:
    code, told = drive({**driver_environ(folder, "app:train"), name: text})
    assert (code, told.reason) == (DriverExit.PERMANENT, "InvalidSpec")
    assert complaint in told.message


def test_a_subclass_of_a_permanent_error_is_permanent_too(folder: Path) -> None:
    code, told = run(folder, "app:needs_more")
    assert (code, told.reason) == (DriverExit.PERMANENT, "InvalidSpec")
    assert told.message == "there is no broker for tests"


def test_a_function_can_say_that_another_attempt_is_of_no_use(folder: Path) -> None:
    code, told = run(folder, "app:hopeless")
    assert (code, told.reason) == (DriverExit.PERMANENT, "UserError")
    assert told.message == "there is no such table"


def test_an_error_without_words_names_the_line(folder: Path) -> None:
    code, told = run(folder, "app:wordless")
    line = APP.splitlines().index("    raise PermanentError") + 1
    assert (code, told.message) == (DriverExit.PERMANENT, f"PermanentError at app.py:{line}")


def test_an_image_that_cannot_send_metrics(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "swirl.kafka.producer", None)
    environ = {**driver_environ(folder, "app:train"), "SWIRL_KAFKA_BOOTSTRAP": "kafka:9092"}
    code, told = drive(environ)
    assert (code, told.reason) == (DriverExit.PERMANENT, "InvalidSpec")
    assert told.message.endswith("; add swirl-analytics[metrics] to the image")


def test_every_permanent_error_has_a_reason_that_a_driver_may_give() -> None:
    kinds: list[type[PermanentError]] = [PermanentError, *PermanentError.__subclasses__()]
    assert len(kinds) > 5
    assert {kind.reason for kind in kinds} <= DRIVER_REASONS


def test_without_a_termination_log_there_is_nothing_to_write(folder: Path) -> None:
    environ = driver_environ(folder, "app:train")
    del environ["SWIRL_TERMINATION_LOG"]
    from swirl.job.driver import Driver

    assert Driver(environ).run() == DriverExit.SUCCEEDED
    assert not (folder / "termination").exists()
