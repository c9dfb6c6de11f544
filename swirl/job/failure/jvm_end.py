"""Why Spark's JVM ended or did not start: by its exit code and the last lines of its log. Pure."""

from __future__ import annotations

import re
import signal
from collections import Counter

from swirl.job.failure.cause import links_of, sentence
from swirl.job.failure.executors import Death, deaths_in
from swirl.job.failure.failure import Failure
from swirl.job.failure.throwable import read_trace
from swirl.job.failure.words import one_line, plain, shorten
from swirl.wire.reasons import OutcomeReason

_TOO_MANY_EXECUTORS = 11
_GAVE_UP = "Max number of executor failures"
_HEAP_FULL = (3, 52)
_SIGNALS = 128

_UNCAUGHT = re.compile(r"^Exception in thread \"[^\"]*\" (.*)", re.MULTILINE | re.DOTALL)
_HEAP = re.compile(r"OutOfMemoryError: .*")
_REFUSED = re.compile(r"Failure executing: .*? Received status: .*")
_NO_ROOM = re.compile(r"insufficient memory|Cannot allocate memory|Could not reserve enough space")
_COMPLAINT = re.compile(r"^(?:Error|Invalid|Unrecognized|Improperly|Conflicting)\b.*", re.MULTILINE)
_LONGEST = 500


def not_started(log: str) -> Failure:
    """Return why the JVM ended before Spark could be asked for anything."""
    if room := _NO_ROOM.search(log):
        line = one_line(next(line for line in log.splitlines() if room[0] in line))
        message = f"Spark's JVM did not start: {line}; raise spark.driver.memoryOverhead"
        return Failure(OutcomeReason.OUT_OF_MEMORY, message)
    said = _uncaught(log) or _complaint(log)
    if said is None:
        message = "Spark's JVM did not start, and did not say why; is there a Java in the image?"
        return Failure(OutcomeReason.INVALID_SPEC, message, permanent=True)
    message = f"Spark does not start: {said.rstrip('.')}; correct spark.conf"
    return Failure(OutcomeReason.INVALID_SPEC, message, permanent=True)


def gave_up(log: str) -> Failure | None:
    """Return why Spark stops by itself, which takes it a while; None if it does not say so."""
    return _too_many_executors(log) if _GAVE_UP in log else None


def ended(code: int, log: str, *, out_of_memory: bool) -> Failure:
    """Return why the JVM ended.

    Args:
        code: its exit code; of a signal, 128 and the signal's number.
        log: the last lines that it wrote.
        out_of_memory: whether the kernel has killed a process of the container for want of memory.
    """
    if code == _TOO_MANY_EXECUTORS:
        return _too_many_executors(log)
    if code > _SIGNALS:
        return _killed(code - _SIGNALS, out_of_memory)
    heap = _HEAP.search(log)
    if code in _HEAP_FULL or heap:
        said = heap[0] if heap else "it ran out of heap"
        message = f"Spark's JVM ended with exit code {code}: {said}; raise spark.driver.memory"
        return Failure(OutcomeReason.OUT_OF_MEMORY, message)
    said = _uncaught(log) or "its last lines in the log say why"
    return Failure(OutcomeReason.DRIVER_FAILED, f"Spark's JVM ended with exit code {code}: {said}")


def _killed(number: int, out_of_memory: bool) -> Failure:
    try:
        name = f"signal {number} ({signal.Signals(number).name})"
    except ValueError:
        name = f"signal {number}"
    killed = f"Spark's JVM was killed by {name}"
    if number == signal.SIGKILL and out_of_memory:
        message = (
            f"{killed}: the container ran out of memory; raise spark.driver.memoryOverhead, or "
            "lower spark.driver.memory"
        )
        return Failure(OutcomeReason.OUT_OF_MEMORY, message)
    if number == signal.SIGTERM:
        return Failure(OutcomeReason.DRIVER_LOST, killed)
    return Failure(OutcomeReason.DRIVER_FAILED, killed)


def _too_many_executors(log: str) -> Failure:
    deaths = deaths_in(log)
    if deaths:
        return _lost(deaths)
    gave_up = (
        "Spark gave up: more executors were lost or could not be made than "
        "spark.executor.maxNumFailures allows"
    )
    refused = _REFUSED.findall(log)
    message = f"{gave_up}: {plain(refused[-1])}" if refused else f"{gave_up}; the log says why"
    return Failure(OutcomeReason.EXECUTORS_LOST, message)


def _lost(deaths: list[Death]) -> Failure:
    """Of several, what most of them died of."""
    reason, _ = Counter(death.reason for death in deaths).most_common(1)[0]
    last = next(death for death in reversed(deaths) if death.reason is reason)
    example = f"executor {last.executor}: {last.why}"
    message = f"Spark gave up: {len(deaths)} executors were lost ({example})"
    if last.remedy:
        message += f"; {last.remedy}"
    return Failure(reason, message)


def _uncaught(log: str) -> str | None:
    """What ended a thread of the JVM, the last one that was."""
    found = None
    for part in log.split("\nException in thread ")[1:]:
        found = _UNCAUGHT.match(f"Exception in thread {part}")
    if found is None:
        found = _UNCAUGHT.match(log)
    trace = read_trace(found[1]) if found else None
    return sentence(links_of(trace), None, None) if trace else None


def _complaint(log: str) -> str | None:
    """The first complaint of Java's launcher or of spark-submit."""
    lines = [one_line(found[0]) for found in _COMPLAINT.finditer(log)]
    return shorten(lines[0], _LONGEST) if lines else None
