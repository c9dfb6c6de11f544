"""`python -m swirl.monitor.process`: the process behind a SwirlMonitor.

See `settings` for its environment. Exits 0 when told to stop, 2 when its environment is unusable.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time

from swirl.kafka.log import LogReader
from swirl.kafka.producer import DurableProducer
from swirl.monitor.core.engine import Engine
from swirl.monitor.core.restart import read_from
from swirl.monitor.core.tuning import Tuning
from swirl.monitor.process.publisher import KafkaPublisher
from swirl.monitor.process.records import Entry, reading
from swirl.monitor.process.runner import Runner
from swirl.monitor.process.server import Health, Server
from swirl.monitor.process.settings import InvalidSettings, Settings, from_environment
from swirl.monitor.process.status_writer import ApiUnavailable, StatusWriter
from swirl.wire.times import Millis

logger = logging.getLogger("swirl.monitor")

_API_RETRY_SECONDS = 2.0


def main() -> int:
    """Run until SIGTERM or SIGINT; return the exit code."""
    logging.basicConfig(
        level=os.environ.get("SWIRL_LOG_LEVEL", "INFO"),
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    logging.getLogger("kafka").setLevel(logging.ERROR)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        settings = from_environment(os.environ)
    except InvalidSettings as error:
        print(f"swirl.monitor: {error}", file=sys.stderr)
        return 2
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    health = Health()
    server = Server(health, settings.port)
    status = StatusWriter(settings.api_url, settings.account, settings.namespace, settings.name)
    producer = DurableProducer(settings.kafka)
    publisher = KafkaPublisher(producer, settings.verdicts_topic, settings.namespace, settings.name)
    try:
        _watch(settings, health, status, publisher, stop)
    finally:
        producer.close()
        status.close()
        server.close()
    logger.info("stopped")
    return 0


def _watch(
    settings: Settings,
    health: Health,
    status: StatusWriter,
    publisher: KafkaPublisher,
    stop: threading.Event,
) -> None:
    tuning = Tuning.of(settings.spec.detection)
    start = _start(tuning, health, status, stop)
    if start is None:
        return
    source: LogReader[Entry] = LogReader(
        settings.kafka,
        (settings.metrics_topic, settings.changes_topic),
        reading(settings.namespace, settings.changes_topic),
        start,
        _wall,
    )
    engine = Engine(settings.spec, settings.namespace, start)
    window_ms = tuning.window_ms
    try:
        Runner(engine, source, status, publisher, health, _wall, window_ms).run(stop)
    finally:
        source.close()


def _start(
    tuning: Tuning, health: Health, status: StatusWriter, stop: threading.Event
) -> Millis | None:
    """From when on the log is to be read, ms; None if told to stop meanwhile."""
    while not stop.is_set():
        health.turn()
        try:
            before = status.read()
        except ApiUnavailable as error:
            health.not_ready = "the API server does not answer"
            logger.warning("the API server does not answer: %s", error)
            stop.wait(_API_RETRY_SECONDS)
            continue
        return read_from(before, _wall(), tuning.history_ms)
    return None


def _wall() -> Millis:
    return Millis(time.time_ns() // 1_000_000)


if __name__ == "__main__":
    sys.exit(main())
