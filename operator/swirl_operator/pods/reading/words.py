"""Kubernetes' words, without what says nothing or is another in every try.

A message that changes with every try would be a write of the status with every try.
"""

from __future__ import annotations

import re

_LONGEST = 600
_RPC = re.compile(r"rpc error: code = \w+ desc = ")
# The port that a connection came from is another one each time.
_SOURCE = re.compile(r"\b(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:]+\]):\d+->")
# So is the id of a sandbox or of a container.
_ID = re.compile(r"\b[0-9a-f]{64}\b")
_SPACE = re.compile(r"\s+")


def clean(text: object) -> str:
    """One line of at most some hundred characters, without a full stop."""
    found = _SPACE.sub(" ", str(text or "")).strip()
    found = _ID.sub("…", _SOURCE.sub("", _RPC.sub("", found)))
    if len(found) > _LONGEST:
        found = found[:_LONGEST].rstrip() + "…"
    return found.rstrip(". ")


def has(text: str, *parts: str) -> bool:
    """Whether one of them is in the text, whatever their case."""
    lower = text.lower()
    return any(part.lower() in lower for part in parts)


def in_brackets(detail: str) -> str:
    """The detail behind a sentence's end, nothing where there is none."""
    return f" ({detail})" if detail else ""


def a_list(names: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
