"""Waits for a streaming job's queries."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_POLL_SECONDS = 0.5


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
