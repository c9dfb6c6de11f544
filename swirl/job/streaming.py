"""Waits for a streaming job's queries and says why one failed."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_POLL_SECONDS = 0.5
_WRAPPER = re.compile(r"^\[[A-Z_.]+\] .*? terminated with exception: ")
_JAVA_CLASS = re.compile(r"^(?:[a-z][\w$]*\.)+([A-Z][\w$]*): ")
_FRAME = re.compile(r'File "([^"]+)", line (\d+)')
_RAISED = re.compile(r"^(?:[A-Za-z_]\w*\.)*([A-Za-z_]\w*): (.*)$")


def await_queries(spark: SparkSession, stopping: Callable[[], bool]) -> None:
    """Return when all queries have ended, or a stop was asked for and they have stopped.

    Raises:
        StreamingQueryException: a query failed; the others are stopped first.
    """
    from pyspark.errors import StreamingQueryException

    try:
        while True:
            running = spark.streams.active
            # With 0 it does not wait; it raises if any query has failed so far.
            spark.streams.awaitAnyTermination(0)
            if not running:
                return
            time.sleep(_POLL_SECONDS)
    except StreamingQueryException:
        if stopping():
            return
        for query in spark.streams.active:
            query.stop()
        raise


def explain(text: str, is_library: Callable[[str], bool], relative: Callable[[str], str]) -> str:
    """Return the first line of a failed query's cause.

    An error raised by Python code in the query arrives as text with a traceback in it; of that the
    place in the user's own code is kept.

    Args:
        text: the exception's text.
        is_library: whether a source file belongs to a library.
        relative: shortens the path of a source file.
    """
    if "Traceback (most recent call last)" in text:
        found = _explain_traceback(text, is_library, relative)
        if found:
            return found
    first = next((line.strip() for line in text.splitlines() if line.strip()), "no reason given")
    first = _WRAPPER.sub("", first)
    return _JAVA_CLASS.sub(r"\1: ", first)


def _explain_traceback(
    text: str, is_library: Callable[[str], bool], relative: Callable[[str], str]
) -> str | None:
    trace = text[text.index("Traceback (most recent call last)") :]
    place = None
    for line in trace.splitlines()[1:]:
        frame = _FRAME.search(line)
        if frame and not is_library(frame.group(1)):
            place = f"{relative(frame.group(1))}:{frame.group(2)}"
        raised = _RAISED.match(line)
        if raised:
            kind, message = raised.groups()
            return f"{kind} at {place}: {message}" if place else f"{kind}: {message}"
    return None
