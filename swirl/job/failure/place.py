"""Where in the user's own code an error was raised: not in Python, a library, Spark or Swirl."""

from __future__ import annotations

import importlib.util
import linecache
import os
import sys
import sysconfig
import traceback
from collections.abc import Iterable
from types import TracebackType


def place_of(trace: TracebackType | None) -> str | None:
    """Return the innermost line of the user's own code, such as `ads/train.py:41`."""
    return innermost((frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(trace))


def is_raised_by_user(trace: TracebackType | None) -> bool:
    """Whether the line that raised is of the user's own code, and not in what that called."""
    frames = list(traceback.walk_tb(trace))
    return bool(frames) and not is_library(frames[-1][0].f_code.co_filename)


def innermost(frames: Iterable[tuple[str, int]]) -> str | None:
    """Return the last of these lines that is of the user's own code."""
    own = [(filename, line) for filename, line in frames if not is_library(filename)]
    if not own:
        return None
    filename, line = own[-1]
    return f"{relative_path(filename)}:{line}"


def is_library(filename: str) -> bool:
    """Whether a source file belongs to Python, a library or Swirl, and not to the user."""
    if filename.startswith("<"):
        # Notebook cells have such names too, but their source is known.
        return not linecache.getline(filename, 1)
    # Compiled modules name their sources by paths of the machine that compiled them.
    if filename.endswith(_COMPILED) or any(part in filename for part in _INSTALLED):
        return True
    absolute = os.path.abspath(filename)
    return absolute.startswith(_ROOTS) or os.path.realpath(filename).startswith(_ROOTS)


def relative_path(filename: str) -> str:
    """Return a source file's path as its package has it, relative to its entry of sys.path."""
    absolute = os.path.abspath(filename)
    roots = {os.path.abspath(entry or ".") + os.sep for entry in sys.path}
    inside = [root for root in roots if absolute.startswith(root)]
    return absolute[len(max(inside, key=len)) :] if inside else absolute


_COMPILED = (".pyx", ".pxi", ".pxd")
_INSTALLED = ("/site-packages/", "/dist-packages/", "/pyspark.zip/")


def _third_party() -> str:
    """Where this installation's libraries lie; images use a folder of their own."""
    spec = importlib.util.find_spec("pydantic")
    if spec is None or spec.origin is None:
        raise ImportError("pydantic is not installed: pip install 'swirl-analytics[spark]'")
    return os.path.dirname(os.path.dirname(os.path.abspath(spec.origin)))


def _roots() -> tuple[str, ...]:
    own = os.path.abspath(__file__).rsplit(os.sep, 3)[0]
    standard = [path for key in ("stdlib", "platstdlib") if (path := sysconfig.get_path(key))]
    found = [own, _third_party(), *standard]
    # Workers name the files as they are, this process as its links say.
    return tuple({root + os.sep for path in found for root in (path, os.path.realpath(path))})


_ROOTS = _roots()
