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
from collections.abc import Mapping, Sequence
from pathlib import Path

from swirl.api.v1alpha1.swirlmonitor import SwirlMonitorSpec
from swirl.kafka.log import LogReader
from swirl.kafka.producer import DurableProducer
from swirl.kube.account import Account
from swirl.monitor.core.engine import Engine
from swirl.monitor.core.restart import read_from
from swirl.monitor.core.spec import InvalidSpec, read_spec
from swirl.monitor.core.tuning import Tuning
from swirl.monitor.notify.courier import Alertmanagers, Courier, Receiver, Webhook
from swirl.monitor.notify.incidents import Ledger
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
_WITHDRAW_SECONDS = 4.0


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
    couriers = _couriers(environment)
    producer = DurableProducer(environment.kafka)
    publisher = KafkaPublisher(producer, environment.topics.verdicts, namespace, name)
    try:
        ledger = _watch(environment, spec, health, status, publisher, couriers, stop)
        withdraw(ledger, status, couriers)
    finally:
        for courier in couriers:
            courier.close()
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


def _couriers(environment: MonitorEnvironment) -> list[Courier]:
    """One for each destination of which the environment tells."""
    source = environment.pod_namespace, environment.name
    receivers: list[Receiver] = []
    if environment.alertmanagers:
        receivers.append(Alertmanagers(environment.alertmanagers, *source, _wall))
    if environment.webhook_folder is not None:
        folder = Path(environment.webhook_folder)
        receivers.append(Webhook(environment.webhook_url, folder, *source, _wall))
    return [Courier(receiver) for receiver in receivers]


def _watch(
    environment: MonitorEnvironment,
    spec: SwirlMonitorSpec,
    health: Health,
    status: StatusWriter,
    publisher: KafkaPublisher,
    couriers: Sequence[Courier],
    stop: threading.Event,
) -> Ledger | None:
    """Watch until asked to stop; return the incidents, None if they were never known."""
    if not _resume(status, health, stop):
        return None
    before = status.resumed
    tuning = Tuning.of(spec.detection)
    start = read_from(before, _wall(), tuning.history_ms)
    namespace, topics = environment.pod_namespace, environment.topics
    ledger = Ledger(
        f"{namespace}/{environment.name}",
        [courier.name for courier in couriers],
        before.incidents if before is not None else (),
    )
    for courier in couriers:
        courier.start()
    source: LogReader[Entry] = LogReader(
        environment.kafka,
        (topics.metrics, topics.changes),
        reading(namespace, topics.changes),
        start,
        _wall,
    )
    engine = Engine(spec, namespace, start)
    runner = Runner(
        engine, source, status, publisher, health, _wall, tuning.window_ms, ledger, couriers
    )
    try:
        runner.run(stop)
    finally:
        source.close()
    return ledger


def _resume(status: StatusWriter, health: Health, stop: threading.Event) -> bool:
    """Read the status that was left; False if asked to stop before the API server answers."""
    while not stop.is_set():
        health.heartbeat()
        try:
            status.resume()
        except ApiUnavailable as error:
            health.not_ready = "the API server does not answer"
            logger.warning("the API server does not answer: %s", error)
            stop.wait(_API_RETRY_SECONDS)
            continue
        return True
    return False


def withdraw(ledger: Ledger | None, status: StatusWriter, couriers: Sequence[Courier]) -> None:
    """Where the monitor is deleted, nobody else will say that what it found is not watched."""
    if ledger is None or not ledger.open or not status.is_gone():
        return
    for courier in couriers:
        ledger.take(courier.collect())
    ledger.withdraw(_wall())
    end = time.monotonic() + _WITHDRAW_SECONDS
    for courier in couriers:
        courier.offer(ledger.incidents)
    for courier in couriers:
        courier.drain(end - time.monotonic())


def _wall() -> Millis:
    return Millis(time.time_ns() // 1_000_000)


if __name__ == "__main__":
    sys.exit(main(os.environ))
