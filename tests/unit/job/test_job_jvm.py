from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from swirl.job import jvm


class Py4JNetworkError(Exception):
    """What py4j makes of a JVM that does not answer, by its name."""


SILENCE = Py4JNetworkError("Answer from Java side is empty")


@contextmanager
def beside(monkeypatch: pytest.MonkeyPatch, command: str) -> Iterator[None]:
    """A process in the place where PySpark keeps its JVM, its log followed."""
    stderr = jvm._log.follow()
    with subprocess.Popen(["sh", "-c", command], stderr=stderr) as process:
        # The log ends with the last that could write to it.
        os.close(stderr)
        gateway = SimpleNamespace(proc=process)
        spark = SimpleNamespace(SparkContext=SimpleNamespace(_gateway=gateway))
        monkeypatch.setitem(sys.modules, "pyspark", spark)
        yield
        process.kill()


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        ("exit 3", "exit code 3: it ran out of heap; raise spark.driver.memory"),
        ("kill -9 $$", "was killed by signal 9 (SIGKILL)"),
        ("echo 'Exception in thread \"x\" a.B: odd' >&2; exit 7", "exit code 7: B: odd"),
    ],
)
@pytest.mark.parametrize("error", [SILENCE, ConnectionRefusedError(111, "refused"), EOFError()])
def test_how_the_jvm_ended(
    monkeypatch: pytest.MonkeyPatch, error: Exception, command: str, complaint: str
) -> None:
    with beside(monkeypatch, command):
        failure = jvm.failure_of(error)
    assert failure is not None
    assert complaint in failure.message


def test_a_kernel_that_killed_for_memory_is_the_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    events = tmp_path / "memory.events"
    monkeypatch.setattr(jvm, "_MEMORY_EVENTS", (str(tmp_path / "none"), str(events)))
    for killed, reason in (("0", "DriverFailed"), ("2", "OutOfMemory")):
        events.write_text(f"low 0\noom 1\noom_kill {killed}\n")
        with beside(monkeypatch, "kill -9 $$"):
            failure = jvm.failure_of(SILENCE)
        assert failure is not None
        assert failure.reason == reason


def test_a_spark_that_was_shut_down_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jvm, "_GRACE_SECONDS", 0.0)
    error = RuntimeError("Job 0 cancelled because SparkContext was shut down")
    with beside(monkeypatch, "sleep 0.2; exit 11"):
        failure = jvm.failure_of(error)
    assert failure is not None
    assert failure.reason == "ExecutorsLost"


def test_a_spark_that_gave_up_need_not_have_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jvm, "_GRACE_SECONDS", 0.2)
    error = RuntimeError("Job 0 cancelled because SparkContext was shut down")
    said = "ERROR x: Max number of executor failures (3) reached"
    with beside(monkeypatch, f"echo '{said}' >&2; exec sleep 60"):
        failure = jvm.failure_of(error)
    assert failure is not None
    assert failure.reason == "ExecutorsLost"


def test_an_error_of_another_kind_is_not_the_jvms(monkeypatch: pytest.MonkeyPatch) -> None:
    with beside(monkeypatch, "exit 3"):
        assert jvm.failure_of(FileNotFoundError("no such file")) is None


def test_a_jvm_that_lives_has_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jvm, "_GRACE_SECONDS", 0.05)
    with beside(monkeypatch, "exec sleep 60"):
        assert jvm.failure_of(SILENCE) is None


def test_without_spark_there_is_no_jvm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "pyspark", raising=False)
    assert jvm.failure_of(SILENCE) is None


def test_the_log_goes_on_to_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    log = jvm.Log()
    target = log.follow()
    os.write(target, b"26/11/28 WARN\nlast \xff line")
    os.close(target)
    assert log.text(5) == "26/11/28 WARN\nlast � line"
    assert "26/11/28 WARN\n" in capfd.readouterr().err
