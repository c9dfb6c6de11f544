"""Producer, reader and Java's client on a Kafka with TLS, passwords and certificates."""

from __future__ import annotations

import gc
import logging
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from swirl.kafka.delivery import NotDelivered
from swirl.kafka.log import KafkaUnavailable, LogReader
from swirl.kafka.producer import DurableProducer
from swirl.kafka.spark import spark_options
from swirl.wire.kafka import KafkaSettings, SaslMechanism
from tests.integration.kafka.secured import Secured, running

# kafka-python leaves the socket of a handshake that failed to the garbage collector.
leaves_sockets = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

WAYS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "certificate")


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    with running(tmp_path_factory.mktemp("secured")) as made:
        yield made


@pytest.fixture(autouse=True)
def _collected(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    # What is logged of a connection keeps it, and with it its socket.
    caplog.set_level(logging.CRITICAL, "kafka")
    yield
    gc.collect()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("swirl.kafka.log._TIMEOUT_MS", 2_000)


@pytest.fixture(params=WAYS)
def settings(request: pytest.FixtureRequest, secured: Secured) -> KafkaSettings:
    if request.param == "certificate":
        return secured.by_certificate()
    return secured.by_password(request.param)


def deliver(producer: DurableProducer, topic: str, value: bytes, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            return producer.deliver(topic, b"key", value, 5.0)
        except NotDelivered:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def reader(settings: KafkaSettings, topic: str) -> LogReader[bytes]:
    return LogReader(
        settings, [topic], lambda _, value: value, 0, lambda: time.time_ns() // 1_000_000
    )


def read_one(settings: KafkaSettings, topic: str, seconds: float = 30.0) -> bytes:
    log = reader(settings, topic)
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            for _, item in log.read().items:
                return item
    finally:
        log.close()
    raise AssertionError(f"nothing is in {topic}")


def test_what_is_produced_is_read(settings: KafkaSettings) -> None:
    topic = f"t-{uuid.uuid4().hex}"
    producer = DurableProducer(settings)
    deliver(producer, topic, b"hello")
    producer.close()
    assert read_one(settings, topic) == b"hello"


def test_javas_client_takes_what_spark_is_told(
    settings: KafkaSettings, secured: Secured, tmp_path: Path
) -> None:
    properties = tmp_path / "client.properties"
    properties.write_text(
        "".join(
            f"{name.removeprefix('kafka.')}={_escaped(value)}\n"
            for name, value in spark_options(settings).items()
        )
    )
    done = subprocess.run(
        secured.broker.command(
            *["kafka.admin.ConfigCommand", "--describe", "--entity-type", "brokers"],
            *["--bootstrap-server", settings.bootstrap_servers, "--command-config", properties],
        ),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "configs for broker 1 are" in done.stdout


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n")


@leaves_sockets
@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-512"])
def test_a_password_may_be_replaced_while_the_process_runs(
    mechanism: SaslMechanism, secured: Secured, tmp_path: Path, impatient: None
) -> None:
    file = tmp_path / "password"
    file.write_text("yesterday's")
    topic = f"t-{uuid.uuid4().hex}"
    settings = secured.by_password(mechanism, file)
    producer, log = DurableProducer(settings), reader(settings, topic)
    with pytest.raises(NotDelivered):
        producer.deliver(topic, b"key", b"kept", 5.0)
    with pytest.raises(KafkaUnavailable):
        log.read()
    file.write_text((secured.folder / "password").read_text())
    deliver(producer, topic, b"kept")
    producer.close()
    assert read_one(settings, topic) == b"kept"
    log.close()


@leaves_sockets
@pytest.mark.parametrize(("name", "authority"), [(None, "ca"), ("client", "strangers")])
def test_strangers_are_kept_out_on_both_sides(
    name: str | None, authority: str, secured: Secured, impatient: None
) -> None:
    settings = secured.by_certificate(name, authority)
    producer = DurableProducer(settings)
    with pytest.raises(NotDelivered):
        producer.deliver("t", b"key", b"value", 5.0)
    producer.close()
    with pytest.raises(KafkaUnavailable):
        reader(settings, "t").read()
