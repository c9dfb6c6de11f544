"""`python -m swirl.monitor.process`: the process behind a SwirlMonitor.

See `swirl.wire.containers.MonitorEnvironment` for what it is told, `swirl.wire.exits.MonitorExit`
for how it ends.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Mapping

from swirl.api.v1alpha1.swirlmonitor import SwirlMonitorSpec
from swirl.kafka.log import LogReader
from swirl.kafka.producer import DurableProducer
from swirl.kube.account import Account
from swirl.monitor.core.engine import Engine
from swirl.monitor.core.restart import read_from
from swirl.monitor.core.spec import InvalidSpec, read_spec
from swirl.monitor.core.tuning import Tuning
from swirl.monitor.process.publisher import KafkaPublisher
from swirl.monitor.process.records import Entry, reading
from swirl.monitor.process.runner import Runner
from swirl.monitor.process.server import Health, Server
from swirl.monitor.process.status_writer import ApiUnavailable, StatusWriter
from swirl.process import configure_logging, leave_message, on_stop
from swirl.wire.containers import MonitorEnvironment
from swirl.wire.environment import InvalidEnvironment
from swirl.wire.exits import MonitorExit
from swirl.wire.times import Millis

logger = logging.getLogger("swirl.monitor")

_API_RETRY_SECONDS = 2.0


def main(environ: Mapping[str, str]) -> int:
    """Run until asked to stop; return the exit code."""
    try:
        configure_logging(environ, quiet={"kafka": logging.ERROR})
        environment, spec, account = read(environ)
    except InvalidEnvironment as error:
        logger.error("the monitor cannot run: %s", error)
        leave_message(str(error), environ)
        return MonitorExit.INVALID_SETTINGS
    stop = threading.Event()
    on_stop(stop.set)
    namespace, name = environment.pod_namespace, environment.name
    health = Health()
    server = Server(health, environment.port)
    status = StatusWriter(account, namespace, name)
    producer = DurableProducer(environment.kafka)
    publisher = KafkaPublisher(producer, environment.topics.verdicts, namespace, name)
    try:
        _watch(environment, spec, health, status, publisher, stop)
    finally:
        producer.close()
        server.close()
    logger.info("stopped")
    return MonitorExit.STOPPED


def read(environ: Mapping[str, str]) -> tuple[MonitorEnvironment, SwirlMonitorSpec, Account]:
    """Return what the process is told.

    Raises:
        InvalidEnvironment: a variable is missing or cannot be used; the message names it.
    """
    environment = MonitorEnvironment.read(environ)
    try:
        spec = read_spec(environment.spec)
    except InvalidSpec as error:
        raise InvalidEnvironment(f"SWIRL_MONITOR_SPEC: {error}") from error
    account = Account.of(environ)
    if account is None:
        raise InvalidEnvironment("KUBERNETES_SERVICE_HOST is not set")
    return environment, spec, account


def _watch(
    environment: MonitorEnvironment,
    spec: SwirlMonitorSpec,
    health: Health,
    status: StatusWriter,
    publisher: KafkaPublisher,
    stop: threading.Event,
) -> None:
    tuning = Tuning.of(spec.detection)
    start = _start(tuning, health, status, stop)
    if start is None:
        return
    namespace, topics = environment.pod_namespace, environment.topics
    source: LogReader[Entry] = LogReader(
        environment.kafka,
        (topics.metrics, topics.changes),
        reading(namespace, topics.changes),
        start,
        _wall,
    )
    engine = Engine(spec, namespace, start)
    try:
        Runner(engine, source, status, publisher, health, _wall, tuning.window_ms).run(stop)
    finally:
        source.close()


def _start(
    tuning: Tuning, health: Health, status: StatusWriter, stop: threading.Event
) -> Millis | None:
    """From when on the log is to be read; None if asked to stop meanwhile."""
    while not stop.is_set():
        health.heartbeat()
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
    sys.exit(main(os.environ))
