"""The engine as a process, and a pipeline that writes to a real Kafka."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from kafka import KafkaConsumer, KafkaProducer

from swirl.wire.containers import MonitorEnvironment
from swirl.wire.kafka import KafkaSettings
from swirl.wire.point import encode
from swirl.wire.topics import Topics
from swirl.wire.verdict import VerdictRecord
from tests.support.ports import free_port
from tests.support.sim.simulator import NAMESPACE, Delivery

ROOT = Path(__file__).parents[3]
NAME = "mood-watch"


@dataclass(frozen=True)
class OwnTopics:
    """Topics of one test's own."""

    bootstrap: str
    suffix: str = field(default_factory=lambda: uuid.uuid4().hex[:8])

    @property
    def metrics(self) -> str:
        return f"metrics-{self.suffix}"

    @property
    def changes(self) -> str:
        return f"changes-{self.suffix}"

    @property
    def verdicts(self) -> str:
        return f"verdicts-{self.suffix}"

    def write(self, log: Sequence[Delivery], *, live: bool = False) -> None:
        """Write deliveries with their times as timestamps; `live` waits for each of them."""
        producer = KafkaProducer(bootstrap_servers=self.bootstrap, linger_ms=5)
        try:
            for item in sorted(log, key=lambda item: item.arrival):
                if live:
                    time.sleep(max(0.0, item.arrival / 1000 - time.time()))
                topic = self.metrics if item.event is None else self.changes
                source = f"{NAMESPACE}/Simulated/{item.batch.partition('@')[0]}"
                value = item.event.to_json() if item.event else encode(source, item.points)
                producer.send(topic, value, timestamp_ms=item.arrival)
            producer.flush()
        finally:
            producer.close()

    def write_raw(self, topic: str, *values: bytes) -> None:
        """Write records as they are."""
        producer = KafkaProducer(bootstrap_servers=self.bootstrap)
        try:
            for value in values:
                producer.send(topic, value)
            producer.flush()
        finally:
            producer.close()

    def read_verdicts(self) -> list[VerdictRecord]:
        """All verdicts so far."""
        consumer = KafkaConsumer(
            self.verdicts,
            bootstrap_servers=self.bootstrap,
            auto_offset_reset="earliest",
            consumer_timeout_ms=2_000,
        )
        try:
            return [VerdictRecord.from_json(message.value) for message in consumer]
        finally:
            consumer.close()


class Process:
    """A running engine."""

    def __init__(self, process: subprocess.Popen[bytes], url: str, log: Path) -> None:
        self._process = process
        self._url = url
        self._log = log

    def ready(self) -> bool:
        """Whether the readiness probe succeeds."""
        return self._status("/readyz") == 200

    def alive(self) -> bool:
        """Whether the liveness probe succeeds."""
        return self._status("/healthz") == 200

    def metrics(self) -> str:
        """What Prometheus would read."""
        return httpx.get(f"{self._url}/metrics").text

    def wait(self, what: Callable[[], object], seconds: float = 40.0) -> None:
        """Wait until `what` is true; the engine must go on running meanwhile."""
        end = time.monotonic() + seconds
        while not what():
            assert self._process.poll() is None, self.log()
            assert time.monotonic() < end, self.log()
            time.sleep(0.1)

    def terminate(self) -> int:
        """Send SIGTERM; return the exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=20)

    def log(self) -> str:
        """What the process has written so far."""
        return self._log.read_text()

    def _status(self, path: str) -> int | None:
        try:
            return httpx.get(self._url + path).status_code
        except httpx.TransportError:
            return None


@contextmanager
def engine(
    topics: OwnTopics, api_url: str, spec: dict[str, Any], folder: Path, **told_of: Any
) -> Iterator[Process]:
    """Run the engine for the time of the block; `told_of` is more of its environment."""
    port = free_port()
    told = MonitorEnvironment(
        name=NAME,
        pod_namespace=NAMESPACE,
        spec=spec,
        kafka=KafkaSettings(bootstrap_servers=topics.bootstrap),
        topics=Topics(metrics=topics.metrics, changes=topics.changes, verdicts=topics.verdicts),
        port=port,
        **told_of,
    )
    env = {
        **os.environ,
        **told.variables(),
        "SWIRL_KUBERNETES_URL": api_url,
        "SWIRL_SERVICE_ACCOUNT": str(folder),
    }
    log = folder / f"engine-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "swirl.monitor.process"],
            cwd=ROOT,
            env=env,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Process(process, f"http://127.0.0.1:{port}", log)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def shifted(log: Sequence[Delivery], ms: int) -> list[Delivery]:
    """The same deliveries at another time."""
    return [
        replace(
            item,
            arrival=item.arrival + ms,
            points=tuple(replace(point, time=point.time + ms) for point in item.points),
            event=None
            if item.event is None
            else replace(item.event, time=item.event.time + timedelta(milliseconds=ms)),
        )
        for item in log
    ]
