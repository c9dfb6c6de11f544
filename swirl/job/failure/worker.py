"""Errors of Python that arrive as text: of Spark's workers, of `foreachBatch` functions. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

_BEGIN = "Traceback (most recent call last):"
_FRAME = re.compile(r'^\s+File "([^"]+)", line (\d+)')
_RAISED = re.compile(r"^((?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*)(?:: (.*))?$")
# What ends the message of the error: the JVM goes on with its own words.
_END = re.compile(
    r"^(?:\s*SQLSTATE: |\s+at \S.*\)$|=== Streaming Query ===|Driver stacktrace:|Caused by: "
    r"|The above exception was the direct cause|During handling of the above exception)"
)
_SQLSTATE = re.compile(r"(?: SQLSTATE: \w{5})+\s*\Z")


@dataclass(frozen=True, slots=True)
class Raised:
    """An error of Python: its class without the module, its message, its lines outermost first."""

    kind: str
    message: str
    frames: tuple[tuple[str, int], ...]


def read_traceback(text: str) -> Raised | None:
    """Read the last traceback in the text, which is the innermost; None if there is none."""
    start = text.rfind(_BEGIN)
    if start < 0:
        return None
    frames: list[tuple[str, int]] = []
    lines = iter(text[start:].splitlines()[1:])
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
    said = [raised[2] or ""]
    for line in lines:
        if _END.match(line):
            break
        said.append(line)
    kind = raised[1].rpartition(".")[2]
    return Raised(kind, _SQLSTATE.sub("", "\n".join(said)).strip(), tuple(frames))
