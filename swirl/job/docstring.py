"""Reads a function's docstring, written with Google's sections, for people who call it as a job."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

_SECTION = re.compile(
    r"(Args|Arguments|Parameters|Returns|Yields|Raises|Attributes|Examples?|Notes?):\s*"
)
_ARGUMENTS = ("Args", "Arguments", "Parameters")
_ENTRY = re.compile(r"\*{0,2}(\w+)(?: *\([^)]*\))?:\s*(.*)")


@dataclass(frozen=True, slots=True)
class Documentation:
    """What a docstring says.

    Attributes:
        text: all before the first section.
        parameters: what is said of each parameter, on one line.
    """

    text: str = ""
    parameters: dict[str, str] = field(default_factory=dict)


def documentation(function: Callable[..., Any]) -> Documentation:
    """Return what the function's own docstring says; empty if there is none."""
    lines = (inspect.getdoc(function) or "").splitlines()
    starts = [number for number, line in enumerate(lines) if _SECTION.fullmatch(line)]
    text = "\n".join(lines[: starts[0]] if starts else lines).strip()
    parameters: dict[str, str] = {}
    for start, end in pairwise([*starts, len(lines)]):
        if lines[start].strip().rstrip(":") in _ARGUMENTS:
            parameters |= _entries(lines[start + 1 : end])
    return Documentation(text, parameters)


def _entries(lines: Sequence[str]) -> dict[str, str]:
    """Read `name: text` of a section; lines that are indented further go on with the text."""
    depth = min((_indent(line) for line in lines if line.strip()), default=0)
    found: dict[str, str] = {}
    name = None
    for line in lines:
        entry = _ENTRY.fullmatch(line.strip())
        if entry and _indent(line) == depth:
            name = entry[1]
            found[name] = entry[2]
        elif name is not None:
            found[name] = " ".join([found[name], *line.split()]).strip()
    return {name: text for name, text in found.items() if text}


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
