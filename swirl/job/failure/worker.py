"""Errors of Python that arrive as text: of Spark's workers, of `foreachBatch` functions. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_BEGIN = "Traceback (most recent call last):"
_FRAME = re.compile(r'^\s+File "([^"]+)", line (\d+)')
_RAISED = re.compile(r"^((?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*)(?:: (.*))?$")
# What ends the message of the error: the JVM goes on with its own words.
_END = re.compile(
    r"^(?:\s*SQLSTATE: |\s+at \S.*\)$|=== Streaming Query ===|Driver stacktrace:|Caused by: "
    r"|The above exception was the direct cause|During handling of the above exception)"
)
_CAUSE = "The above exception was the direct cause of the following exception:"
# A group is printed with bars beside it, and lines between those that are in it.
_BAR = re.compile(r"^ *\| ?")
_BETWEEN = re.compile(r"^ *\+[-+]{3,}(?: (?:\d+|\.\.\.) -+)?\s*$")
_GROUP = "ExceptionGroup"
_SQLSTATE = re.compile(r"(?: SQLSTATE: \w{5})+\s*\Z")


@dataclass(frozen=True, slots=True)
class Raised:
    """An error of Python: its class without the module, its message, its lines outermost first.

    `cause` is what it was raised from, if that was printed.
    """

    kind: str
    message: str
    frames: tuple[tuple[str, int], ...]
    cause: Raised | None = None


def read_traceback(text: str, causes: int = 5) -> Raised | None:
    """Read the last traceback in the text, which is the innermost; None if there is none.

    Args:
        text: what Python or the JVM printed.
        causes: how many of those before it are read, too.
    """
    start = text.rfind(_BEGIN)
    if start < 0:
        return None
    frames: list[tuple[str, int]] = []
    lines = iter([_BAR.sub("", line) for line in text[start:].splitlines()[1:]])
    for line in lines:
        if frame := _FRAME.match(line):
            frames.append((frame[1], int(frame[2])))
        elif line and not line[0].isspace():
            break
    else:
        return None
    raised = _RAISED.match(line)
    if raised is None:
        return None
    kind = raised[1].rpartition(".")[2]
    said = [raised[2] or "", *_message(lines, in_group=kind.endswith(_GROUP))]
    message = _SQLSTATE.sub("", "\n".join(said)).strip()
    return Raised(kind, message, tuple(frames), _cause(text[:start], causes))


def _message(lines: Iterator[str], *, in_group: bool) -> Iterator[str]:
    for line in lines:
        if _END.match(line):
            return
        if not _BETWEEN.match(line):
            yield line
        elif not in_group:
            return


def _cause(before: str, causes: int) -> Raised | None:
    """Read the traceback before another one, if that is of an error that was raised from it."""
    before = before.rstrip(" +|\n")
    if not causes or not before.endswith(_CAUSE):
        return None
    return read_traceback(before.removesuffix(_CAUSE), causes - 1)
