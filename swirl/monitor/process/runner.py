"""The loop of the process: read the log, advance the engine, report when caught up."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from swirl.api.v1alpha1.swirlmonitor import Incident, Verdict
from swirl.kafka.log import KafkaUnavailable, Read
from swirl.monitor.core.engine import Engine
from swirl.monitor.core.log_clock import LogClock
from swirl.monitor.notify.courier import Courier
from swirl.monitor.notify.incidents import Ledger
from swirl.monitor.process.publisher import Publisher
from swirl.monitor.process.records import Entry, Points
from swirl.monitor.process.server import Health, Notices, Snapshot
from swirl.wire.change import ChangeEvent
from swirl.wire.times import Millis

logger = logging.getLogger(__name__)

_BACKOFF_SECONDS = (1.0, 2.0, 5.0, 10.0, 15.0)


class Log(Protocol):
    """Where points and changes come from; `swirl.kafka.log.LogReader` reads them from Kafka."""

    malformed: int

    def read(self) -> Read[Entry]:
        """Read what there is.

        Raises:
            KafkaUnavailable: nobody answers; read again later.
        """


class Status(Protocol):
    """Where the verdict goes; `status_writer.StatusWriter` writes it to the API server."""

    writes: int

    @property
    def incidents(self) -> Sequence[Incident]:
        """Those that are written."""

    def offer(self, verdict: Verdict, read_from: Millis) -> None:
        """Take what is to be written."""

    def offer_incidents(self, incidents: Sequence[Incident]) -> None:
        """Take the incidents that are to be written beside it."""

    def offer_trouble(self, sentence: str | None) -> None:
        """Take why Kafka cannot be read; None while it can."""

    def flush(self) -> None:
        """Write it if it is not written."""


class Runner:
    """Runs one engine until asked to stop.

    Args:
        engine: fresh; its state comes from the log.
        source: the log.
        status, publisher: where verdicts go.
        health: what probes see.
        wall: time of day.
        window_ms: length of a window.
        ledger: the incidents, as they were written before.
        couriers: who tells of them.
    """

    def __init__(
        self,
        engine: Engine,
        source: Log,
        status: Status,
        publisher: Publisher,
        health: Health,
        wall: Callable[[], Millis],
        window_ms: int,
        ledger: Ledger,
        couriers: Sequence[Courier] = (),
    ) -> None:
        self._engine = engine
        self._ledger = ledger
        self._couriers = couriers
        self._source = source
        self._status = status
        self._publisher = publisher
        self._health = health
        self._wall = wall
        self._window_ms = window_ms
        self._clock = LogClock()
        self._failures = 0
        self._connected = False

    def run(self, stop: threading.Event) -> None:
        """Go on until `stop` is set."""
        while not stop.is_set():
            wait = self.run_once()
            if wait:
                stop.wait(wait)

    def run_once(self) -> float:
        """Read and advance once; return seconds to wait before the next time."""
        self._health.heartbeat()
        try:
            read = self._source.read()
        except KafkaUnavailable as error:
            return self._unavailable(error)
        if self._failures:
            logger.info("Kafka answers again")
            self._failures = 0
            if self._connected:
                self._clock.outage_ended(self._wall())
        self._connected = True
        self._status.offer_trouble(None)
        for time, item in read.items:
            self._advance(self._clock.record(time))
            if isinstance(item, ChangeEvent):
                self._engine.feed_changes([item])
            elif isinstance(item, Points):
                self._engine.feed_points(item.points, item.batch, written=Millis(time))
        if read.clock is None:
            # What is said on the way through the past was said then, or is not true any more.
            self._health.not_ready = "reading the log"
            self._report()
        else:
            self._advance(self._clock.live(read.clock))
            self._status.offer(self._engine.verdict, self._engine.read_from)
            self._ledger.follow(self._engine.verdict, self._wall())
            self._report()
            self._publisher.offer(self._engine.verdict)
            self._publisher.flush()
            self._health.not_ready = None
        self._observe()
        return 0.0

    def _report(self) -> None:
        """Write what is so, and tell what is written: whatever happens between, nothing is lost."""
        for courier in self._couriers:
            self._ledger.take(courier.collect())
        self._status.offer_incidents(self._ledger.incidents)
        self._status.flush()
        for courier in self._couriers:
            courier.offer(self._status.incidents)

    def _advance(self, now: int | None) -> None:
        if now is not None:
            self._engine.advance(Millis(now))

    def _unavailable(self, error: KafkaUnavailable) -> float:
        wait = _BACKOFF_SECONDS[min(self._failures, len(_BACKOFF_SECONDS) - 1)]
        if not self._failures:
            logger.warning("Kafka does not answer, the verdict stands until it does: %s", error)
        self._failures += 1
        self._health.not_ready = str(error)
        self._status.offer_trouble(str(error))
        self._report()
        return wait

    def _observe(self) -> None:
        engine, windows = self._engine, self._engine.windows
        lag = None
        if engine.last_window is not None:
            lag = (self._wall() - (engine.last_window + 1) * self._window_ms) / 1000
        self._health.snapshot = Snapshot(
            state=engine.state,
            windows=engine.windows_closed,
            points=windows.points,
            late=windows.late,
            future=windows.future,
            huge=windows.huge,
            repeated=windows.repeated_batches,
            malformed=self._source.malformed,
            status_writes=self._status.writes,
            incidents_dropped=self._ledger.dropped,
            lag_seconds=lag,
            readings=engine.readings(),
            notices={
                courier.name: Notices(courier.delivered, courier.failed, courier.waiting())
                for courier in self._couriers
            },
        )
