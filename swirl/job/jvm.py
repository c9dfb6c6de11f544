"""Spark's JVM: starts it, listens to its log, and says why it ended.

Once it is gone, Python sees a refused connection, no more: the reason is in its exit code and in
the last lines that it wrote.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
import sys
import threading
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any

from swirl.job.failure import Failure, jvm_end, text_of

if TYPE_CHECKING:
    from pyspark import SparkConf

_GRACE_SECONDS = 2.0
"""The connection breaks a moment before the process is gone."""

_STOP_SECONDS = 15.0
"""What Spark takes to stop before it leaves: it deletes its executors."""

_PIPE_BYTES = 1 << 20
_KEPT_LINES = 2000
_STDERR = 2
_GONE = ("SparkContext was shut down", "stopped SparkContext")
# Version 2 of control groups, and version 1, of the container that this process is in.
_MEMORY_EVENTS = ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control")


class Log:
    """The last lines of the JVM's log, which goes on to stderr as it comes."""

    def __init__(self) -> None:
        self._lines: deque[bytes] = deque(maxlen=_KEPT_LINES)
        self._reader: threading.Thread | None = None

    def follow(self) -> int:
        """Return what the process shall write to; close it once the process has it."""
        source, target = os.pipe()
        # A thread that cannot run for a while must not hold up the JVM. Less is no failure.
        with contextlib.suppress(OSError):
            fcntl.fcntl(target, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self._lines.clear()
        self._reader = threading.Thread(
            target=self._read, args=(source,), name="swirl-jvm-log", daemon=True
        )
        self._reader.start()
        return target

    def text(self, seconds: float = 0.0) -> str:
        """Return the lines; wait that long for the last ones of a process that has ended."""
        if self._reader is not None:
            self._reader.join(seconds)
        return b"".join(self._lines).decode(errors="replace")

    def _read(self, source: int) -> None:
        with os.fdopen(source, "rb") as lines:
            for line in lines:
                self._lines.append(line)
                os.write(_STDERR, line)


_log = Log()


def launch(conf: SparkConf) -> Any:
    """Start the JVM and return PySpark's gateway to it.

    Raises:
        PySparkRuntimeError: it does not start; `failure_of` says why.
    """
    from pyspark.java_gateway import launch_gateway

    stderr = _log.follow()
    try:
        return launch_gateway(conf, {"stderr": stderr})  # type: ignore[no-untyped-call]
    finally:
        os.close(stderr)


def log() -> str:
    """Return the last lines that the JVM has written so far."""
    return _log.text()


def failure_of(error: BaseException) -> Failure | None:
    """Return why the JVM ended, if this error comes of its end; else None."""
    text = text_of(error)
    if "JAVA_GATEWAY_EXITED" in text:
        return jvm_end.not_started(_log.text(_GRACE_SECONDS))
    if _is_gone(text) and (failure := jvm_end.gave_up(_log.text(_GRACE_SECONDS))) is not None:
        return failure
    seconds = _patience(error)
    code = None if seconds is None else _exit_code(seconds)
    if code is None:
        return None
    return jvm_end.ended(code, _log.text(_GRACE_SECONDS), out_of_memory=_killed_for_memory())


def _patience(error: BaseException) -> float | None:
    """How long the end of the JVM is waited for; None if the error is not of that kind."""
    text = text_of(error)
    if _is_gone(text):
        return _STOP_SECONDS
    # An error of the JVM itself is a Py4JJavaError; the plain ones are what py4j makes of silence.
    silent = type(error).__name__ in ("Py4JNetworkError", "Py4JError")
    unreadable = text.startswith("(its text cannot be read")
    if silent or unreadable or isinstance(error, ConnectionError | EOFError):
        return _GRACE_SECONDS
    return None


def _is_gone(text: str) -> bool:
    return any(words in text for words in _GONE)


def _exit_code(seconds: float) -> int | None:
    if "pyspark" not in sys.modules:
        return None
    from pyspark import SparkContext

    process = getattr(SparkContext._gateway, "proc", None)
    if not isinstance(process, subprocess.Popen):
        return None
    try:
        code = process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
    # A shell would say it so, and so do the kubelet and people.
    return 128 - code if code < 0 else code


def _killed_for_memory() -> bool:
    for path in _MEMORY_EVENTS:
        with contextlib.suppress(OSError):
            for line in Path(path).read_text().splitlines():
                if line.startswith("oom_kill "):
                    return line.split()[1] != "0"
    return False
