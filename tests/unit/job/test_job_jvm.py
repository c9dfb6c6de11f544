from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from swirl.job import jvm


@contextmanager
def beside(monkeypatch: pytest.MonkeyPatch, command: str) -> Iterator[None]:
    """A process in the place where PySpark keeps its JVM."""
    with subprocess.Popen(["sh", "-c", command]) as process:
        gateway = SimpleNamespace(proc=process)
        spark = SimpleNamespace(SparkContext=SimpleNamespace(_gateway=gateway))
        monkeypatch.setitem(sys.modules, "pyspark", spark)
        yield
        process.kill()


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        ("exit 3", "exit code 3: it ran out of heap; raise spark.driver.memory"),
        ("kill -9 $$", "exit code 137: it was killed, most likely for want of memory"),
        ("exit 7", "exit code 7: its last lines in the log say why"),
    ],
)
def test_how_the_jvm_ended(monkeypatch: pytest.MonkeyPatch, command: str, complaint: str) -> None:
    with beside(monkeypatch, command):
        message = jvm.exit_message()
    assert message is not None
    assert complaint in message


def test_a_jvm_that_lives_has_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jvm, "_GRACE_SECONDS", 0.05)
    with beside(monkeypatch, "exec sleep 60"):
        assert jvm.exit_message() is None


def test_without_spark_there_is_no_jvm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "pyspark", raising=False)
    assert jvm.exit_message() is None
