"""Reads what the JVM prints of a throwable: each one of its chain, outermost first. Pure.

The text is read, not the objects: it says the same, costs one answer of the JVM, and outlives it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_CLASS = r"(?:[\w$]+\.)+[\w$]+"
_HEAD = re.compile(rf"^({_CLASS})(?:: (.*))?$", re.DOTALL)
_CALL = re.compile(r"\AAn error occurred while calling \S+(?: Trace:\n|\s*\n?(?:: )?)")
_FRAME = re.compile(r"^\s+(?:at \S.*\)|\.\.\. \d+ more)$")
_CAUSED = "Caused by: "
_TASK = re.compile(
    r"(?:Job aborted due to stage failure: )?Task \S+ in stage \S+ failed (\d+) times?, "
    r"most recent failure: Lost task \S+ in stage \S+ \(TID \d+\)"
    r"(?: \((\S+) executor (\w+)\))?: (.*)",
    re.DOTALL,
)
_ABORTED = "Job aborted due to stage failure: "
_STARTS = "org.apache.spark.SparkContext.<init>("


@dataclass(frozen=True, slots=True)
class Throwable:
    """One exception of the JVM: its class with the package, and its message as it is."""

    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class Trace:
    """What the JVM printed.

    Attributes:
        chain: the exception, then what it was caused by, and so on.
        executor: the id of the executor whose task failed, `driver` for the driver's own; None if
            no task is named.
        failures: how often that task failed.
        starting: whether Spark was about to start.
    """

    chain: tuple[Throwable, ...]
    executor: str | None = None
    failures: int = 0
    starting: bool = False


def read_trace(text: str) -> Trace | None:
    """Read a printed throwable, as Java or py4j gives it; None if the text is none."""
    chain: list[Throwable] = []
    executor, failures = None, 0
    for kind, message in _links(_CALL.sub("", text, count=1)):
        if task := _TASK.match(message):
            executor, failures = task[3] or executor, max(failures, int(task[1]))
            inner = _HEAD.match(task[4].strip())
            link = Throwable(inner[1], inner[2] or "") if inner else Throwable("", task[4].strip())
        else:
            link = Throwable(kind, message.removeprefix(_ABORTED))
        if link not in chain:
            chain.append(link)
    return Trace(tuple(chain), executor, failures, _STARTS in text) if chain else None


def _links(text: str) -> list[tuple[str, str]]:
    links: list[tuple[str, list[str]]] = []
    in_message = False
    for number, line in enumerate(text.splitlines()):
        if _FRAME.match(line):
            in_message = False
            continue
        caused = line.startswith(_CAUSED)
        if caused or number == 0:
            head = _HEAD.match(line.removeprefix(_CAUSED))
            if head is None:
                return []
            links.append((head[1], [head[2] or ""]))
            in_message = True
        elif in_message:
            links[-1][1].append(line)
    return [(kind, "\n".join(lines).strip()) for kind, lines in links]
