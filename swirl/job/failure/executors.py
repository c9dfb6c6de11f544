"""How executors were lost, read from Spark's words about them. Pure."""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass

from swirl.job.failure.words import one_line, shorten
from swirl.wire.reasons import OutcomeReason

_CODE = re.compile(r"exit(?:ed with(?: exit)?)? code:? (\d+)")
_BRIEF = re.compile(r"API gave the following brief reason: (\w+)")
_SAID = re.compile(r"API gave the following message: (.+)")
_CONTAINER = re.compile(r"termination reason: (\w+)")
_LOST = re.compile(r"Lost executor (\S+) on [^:\s]*\S*: (.*)")
_FAILED = re.compile(
    r"ExecutorLostFailure \(executor (\S+) exited[^)]*\)(?: Reason:)?(.*)", re.DOTALL
)
_TAKEN = (
    "deleted by a user or the framework",
    "decommission",
    "heartbeat timed out",
    "no recent heartbeats",
    "Remote RPC client disassociated",
    "missed the deletion event",
    "worker lost",
)
_JVM_HEAP_FULL = 52
_KILLED = 128 + signal.SIGKILL
_TERMINATED = 128 + signal.SIGTERM
_SIGNALS = 128
_LONGEST = 300

_MORE_MEMORY = "raise spark.executor.memoryOverhead, or spark.executor.memory"


@dataclass(frozen=True, slots=True)
class Death:
    """The end of an executor: a reason, why in a few words, and what to do about it."""

    executor: str
    reason: OutcomeReason
    why: str
    remedy: str = ""


def death_in(message: str) -> Death | None:
    """Read the message of a task that failed with its executor; None if it did not."""
    found = _FAILED.search(message)
    return death(found[1], found[2]) if found else None


def deaths_in(log: str) -> list[Death]:
    """Read Spark's log: each executor that it says it has lost."""
    found: dict[str, Death] = {}
    lines = log.splitlines()
    for number, line in enumerate(lines):
        if lost := _LOST.search(line):
            # What Kubernetes says of the container stands in the lines below.
            below = "\n".join(lines[number + 1 : number + 20])
            found[lost[1]] = death(lost[1], f"{lost[2]}\n{_until_next_entry(below)}")
    return list(found.values())


def death(executor: str, words: str) -> Death:
    """Return how that executor ended, by Spark's words about it."""
    brief, container, code = _BRIEF.search(words), _CONTAINER.search(words), _CODE.search(words)
    status = int(code[1]) if code else None
    if brief:
        said = _SAID.search(words)
        why = f"{brief[1]}: {one_line(said[1])}" if said else brief[1]
        return Death(executor, OutcomeReason.EXECUTORS_LOST, shorten(why, _LONGEST))
    if container and container[1] == "OOMKilled":
        why = f"it used more memory than its limit (OOMKilled, exit code {status})"
        return Death(executor, OutcomeReason.OUT_OF_MEMORY, why, _MORE_MEMORY)
    if status == _JVM_HEAP_FULL:
        why = f"its heap was full (exit code {status})"
        return Death(executor, OutcomeReason.OUT_OF_MEMORY, why, "raise spark.executor.memory")
    if status == _KILLED:
        why = f"it was killed by SIGKILL (exit code {status}), most likely for want of memory"
        return Death(executor, OutcomeReason.OUT_OF_MEMORY, why, _MORE_MEMORY)
    if status == _TERMINATED or any(word in words for word in _TAKEN):
        why = shorten(one_line(words), _LONGEST).rstrip(".")
        return Death(executor, OutcomeReason.EXECUTORS_LOST, why)
    if status is not None:
        why = f"it ended with exit code {status}{_signal(status)}"
        return Death(executor, OutcomeReason.USER_ERROR, why, "its log says why")
    why = shorten(one_line(words), _LONGEST).rstrip(".") or "Spark does not say why"
    return Death(executor, OutcomeReason.EXECUTORS_LOST, why)


def _signal(status: int) -> str:
    try:
        return f", killed by {signal.Signals(status - _SIGNALS).name}"
    except ValueError:
        return ""


def _until_next_entry(lines: str) -> str:
    """Cut at the next line that begins with a date, which is the next entry of the log."""
    return re.split(r"^\d\d(?:\d\d)?[/-]\d\d[/-]\d\d ", lines, maxsplit=1, flags=re.MULTILINE)[0]
