"""Says in one line what error a function ended with, and where in the user's own code."""

from __future__ import annotations

import importlib.util
import linecache
import os
import sys
import sysconfig
import traceback
from types import TracebackType


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
