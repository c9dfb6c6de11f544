"""Whether the JVM of Spark lives: once it is gone, Python sees a refused connection, no more."""

from __future__ import annotations

import subprocess
import sys

_GRACE_SECONDS = 2.0
"""The connection breaks a moment before the process is gone."""

_MEANINGS = {
    3: "it ran out of heap; raise spark.driver.memory",
    11: "too many executors could not be created or died",
    50: "it met an error that nothing caught",
    52: "it ran out of memory; raise spark.driver.memory",
    137: "it was killed, most likely for want of memory; raise spark.driver.memoryOverhead",
}


def exit_message() -> str | None:
    """Return one sentence about the end of the JVM; None while it lives or if there is none."""
    code = _exit_code()
    if code is None:
        return None
    meaning = _MEANINGS.get(code, "its last lines in the log say why")
    return f"Spark's JVM ended with exit code {code}: {meaning}"


def _exit_code() -> int | None:
    if "pyspark" not in sys.modules:
        return None
    from pyspark import SparkContext

    process = getattr(SparkContext._gateway, "proc", None)
    if not isinstance(process, subprocess.Popen):
        return None
    try:
        code = process.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        return None
    # A shell would say it so, and so do the kubelet and people.
    return 128 - code if code < 0 else code
