"""How a driver ended, as the JSON it leaves in the container's termination message. Pure."""

from __future__ import annotations

import importlib.util
import json
import linecache
import os
import sys
import sysconfig
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Literal

LIMIT_BYTES = 4096
"""What Kubernetes keeps of a termination message."""

RESULT_BYTES = 1024
"""Largest result, as JSON, that travels in the termination message."""

_MESSAGE_BYTES = 1024
_SHORT_MESSAGE_BYTES = 256


@dataclass(frozen=True, slots=True)
class ModelRef:
    """A model the run has published."""

    name: str
    uri: str
    digest: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of an attempt.

    Attributes:
        outcome: whether the function succeeded.
        reason: one CamelCase word.
        message: one sentence for people.
        models: what was published.
        metrics: the run's metrics, numbers as strings.
        result: the function's result as JSON text, if it is small.
        result_uri: where the result is, if it is not.
    """

    outcome: Literal["Succeeded", "Failed"]
    reason: str
    message: str
    models: Sequence[ModelRef] = ()
    metrics: Mapping[str, str] = field(default_factory=dict)
    result: str | None = None
    result_uri: str | None = None

    def to_bytes(self) -> bytes:
        """Return the termination message, at most `LIMIT_BYTES`.

        What does not fit is left out, least needed first: the end of a long message, metrics from
        the last, the result, models from the last. The message then says that something is gone.
        """
        fitting = replace(self, message=_cut(self.message, _MESSAGE_BYTES))
        if len(data := fitting._encode()) <= LIMIT_BYTES:
            return data
        note = " (shortened: not all metrics, models and results are listed)"
        fitting = replace(fitting, message=_cut(self.message, _SHORT_MESSAGE_BYTES) + note)
        while len(data := fitting._encode()) > LIMIT_BYTES:
            if fitting.metrics:
                kept = dict(list(fitting.metrics.items())[:-1])
                fitting = replace(fitting, metrics=kept)
            elif fitting.result is not None:
                fitting = replace(fitting, result=None)
            elif fitting.models:
                fitting = replace(fitting, models=fitting.models[:-1])
            else:
                fitting = replace(fitting, result_uri=None, reason=_cut(fitting.reason, 64))
        return data

    def _encode(self) -> bytes:
        body: dict[str, Any] = {
            "outcome": self.outcome,
            "reason": self.reason,
            "message": self.message,
            "models": [
                {"name": model.name, "uri": model.uri, "digest": model.digest}
                for model in self.models
            ],
            "metrics": dict(self.metrics),
        }
        if self.result is not None:
            body["result"] = json.loads(self.result)
        if self.result_uri is not None:
            body["resultURI"] = self.result_uri
        text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
        return text.encode(errors="replace")


def describe(error: BaseException) -> str:
    """Return one line such as `ValueError at ads/train.py:41: no rows`.

    The place is the innermost line of the user's own code, not of a library. Of an error raised by
    Spark only the first line counts; the rest is the JVM's stack trace.
    """
    lines = [line.strip() for line in text_of(error).splitlines()]
    text = next((line for line in lines if line), "")
    place = _place(error.__traceback__)
    kind = type(error).__name__
    head = f"{kind} at {place}" if place else kind
    return f"{head}: {text}" if text else head


def text_of(error: BaseException) -> str:
    """Return `str(error)`, of an error that cannot say it a note of that."""
    try:
        return str(error)
    except Exception as another:
        return f"(its text cannot be read: {type(another).__name__})"


def _place(trace: TracebackType | None) -> str | None:
    frames = [
        (frame.f_code.co_filename, line)
        for frame, line in traceback.walk_tb(trace)
        if not is_library(frame.f_code.co_filename)
    ]
    if not frames:
        return None
    filename, line = frames[-1]
    return f"{relative_path(filename)}:{line}"


def _third_party() -> str:
    """Where this installation's libraries lie; images use a folder of their own."""
    spec = importlib.util.find_spec("pydantic")
    if spec is None or spec.origin is None:
        raise ImportError("pydantic is not installed: pip install 'swirl-analytics[spark]'")
    return os.path.dirname(os.path.dirname(os.path.abspath(spec.origin))) + os.sep


_OWN = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_LIBRARIES = _third_party()
_STANDARD = tuple(
    path + os.sep for key in ("stdlib", "platstdlib") if (path := sysconfig.get_path(key))
)


def is_library(filename: str) -> bool:
    """Whether a source file belongs to Python, a library or Swirl, and not to the user."""
    if filename.startswith("<"):
        # Notebook cells have such names too, but their source is known.
        return not linecache.getline(filename, 1)
    return os.path.abspath(filename).startswith((_OWN, _LIBRARIES, *_STANDARD))


def relative_path(filename: str) -> str:
    """Return a source file's path as its package has it, relative to its entry of sys.path."""
    absolute = os.path.abspath(filename)
    roots = {os.path.abspath(entry or ".") + os.sep for entry in sys.path}
    inside = [root for root in roots if absolute.startswith(root)]
    return absolute[len(max(inside, key=len)) :] if inside else absolute


def _cut(text: str, limit: int) -> str:
    """Shorten text to `limit` bytes of UTF-8 within JSON, ending in an ellipsis."""

    def size(part: str) -> int:
        return len(json.dumps(part, ensure_ascii=False).encode(errors="replace"))

    if size(text) <= limit:
        return text
    low, high = 0, min(len(text), limit)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(text[:middle] + "…") <= limit else (low, middle - 1)
    return text[:low] + "…"
