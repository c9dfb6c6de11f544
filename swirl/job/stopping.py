"""Turns SIGTERM into a graceful end: queries finish their batch, then the function is told.

Kubernetes gives a Pod 30 seconds by default. They are spent in steps: streaming queries finish the
batch they are in, the function may return by itself, then `Stopped` is raised in it so that its
`finally` blocks run, and at last the process ends regardless.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from swirl.process import on_stop
from swirl.wire.exits import DriverExit
from swirl.wire.outcome import Outcome
from swirl.wire.reasons import OutcomeReason

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

logger = logging.getLogger(__name__)

STOPPED = (
    Outcome("Failed", OutcomeReason.DRIVER_LOST, "The run was stopped before it ended by itself"),
    DriverExit.STOPPED,
)
"""How an attempt ends that was asked to."""

_QUERY_END_SECONDS = 1.0


class Stopped(BaseException):
    """Raised in the function when it does not return by itself after SIGTERM.

    Not an Exception, so that a function's `except Exception` does not swallow it.
    """


@dataclass(frozen=True, slots=True)
class Grace:
    """Seconds for each step of stopping."""

    queries: float = 10.0
    function: float = 5.0
    cleanup: float = 5.0


class Stopper:
    """Handles SIGTERM for the driver.

    Args:
        stop_queries: called from a thread of its own once a stop is requested.
        give_up: called, at last, if the function does not end; must end the process.
        grace: seconds for each step.
    """

    def __init__(
        self,
        stop_queries: Callable[[float], None],
        give_up: Callable[[], None],
        grace: Grace | None = None,
    ) -> None:
        self.requested = False
        self._stop_queries = stop_queries
        self._give_up = give_up
        self._grace = grace or Grace()
        self._finished = threading.Event()
        self._interrupting = False

    def install(self) -> None:
        """Begin to handle the signals that ask to stop; call from the main thread."""
        # A pipe, because locks must not be taken in a signal handler.
        self._read, self._write = os.pipe()
        on_stop(self._on_signal)
        threading.Thread(target=self._run, name="swirl-stopper", daemon=True).start()

    def finished(self) -> None:
        """Say that the function has ended, so that nothing needs to be interrupted."""
        self._finished.set()

    def _on_signal(self) -> None:
        if self._interrupting and not self._finished.is_set():
            raise Stopped
        if not self.requested:
            self.requested = True
            os.write(self._write, b"x")

    def _run(self) -> None:
        os.read(self._read, 1)
        logger.info("asked to stop")
        # In a thread of its own: a query that does not stop, or a Spark that is gone already, must
        # not keep the function from being told.
        worker = threading.Thread(target=self._stop_quietly, name="swirl-stop-queries", daemon=True)
        worker.start()
        worker.join(self._grace.queries + _QUERY_END_SECONDS)
        if self._finished.wait(self._grace.function):
            return
        logger.warning("the function has not ended; interrupting it")
        self._interrupting = True
        os.kill(os.getpid(), signal.SIGTERM)
        if not self._finished.wait(self._grace.cleanup):
            self._give_up()

    def _stop_quietly(self) -> None:
        try:
            self._stop_queries(self._grace.queries)
        except Exception:
            logger.exception("the streaming queries could not be stopped")


def stop_queries(spark: SparkSession, seconds: float) -> None:
    """Stop all streaming queries, each between two batches if it gets there in time."""
    end = time.monotonic() + seconds
    for query in spark.streams.active:
        try:
            while query.isActive and query.status["isTriggerActive"] and time.monotonic() < end:
                time.sleep(0.05)
            logger.info("stopping query %s", query.name or query.id)
            query.stop()
        except Exception:
            logger.exception("query %s did not stop cleanly", query.name or query.id)
