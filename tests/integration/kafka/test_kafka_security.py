"""Producer, reader and Java's client on a Kafka with TLS, passwords and certificates."""

from __future__ import annotations

import gc
import logging
import subprocess
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from swirl.kafka.delivery import NotDelivered
from swirl.kafka.log import KafkaUnavailable, LogReader
from swirl.kafka.producer import DurableProducer
from swirl.kafka.spark import spark_options
from swirl.wire.kafka import KafkaSettings, SaslMechanism
from tests.support.secured import GUEST, PASSWORD, USER, Secured, running
from tests.support.tokens import Tokens
from tests.support.tokens import running as tokens_of

# kafka-python leaves the socket of a handshake that failed to the garbage collector.
leaves_sockets = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

WAYS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "certificate", "token")


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


@pytest.fixture(scope="module")
def tokens() -> Iterator[Tokens]:
    with tokens_of(USER, PASSWORD) as made:
        yield made


@pytest.fixture(params=WAYS)
def settings(request: pytest.FixtureRequest, secured: Secured, tokens: Tokens) -> KafkaSettings:
    if request.param == "certificate":
        return secured.by_certificate()
    if request.param == "token":
        return secured.by_token(tokens.url)
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


@pytest.mark.parametrize("settings", [way for way in WAYS if way != "token"], indirect=True)
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


class Mistakes:
    """Settings with one thing wrong, and what is said of each."""

    def __init__(self, secured: Secured, tokens: Tokens) -> None:
        folder = secured.folder
        (folder / "wrong").write_text("wrong")
        mutual, by_password = secured.by_certificate(), secured.by_password("PLAIN")
        self.of: dict[str, tuple[KafkaSettings, str]] = {
            "an authority of strangers": (
                secured.by_certificate("client", "strangers"),
                f"{secured.mutual} shows a certificate of an authority that is not in "
                f"{folder}/strangers.crt; put the authority's certificate into the key ",
            ),
            "no authority": (
                replace(mutual, ca_file="/nowhere/ca.crt"),
                "an authority that this system does not know; put the authority's certificate "
                "into the key ca.crt of the Secret",
            ),
            "no certificate": (
                secured.by_certificate(None),
                "wants a certificate of the client, and got none; put tls.crt and tls.key into",
            ),
            "a certificate of strangers": (
                replace(
                    mutual,
                    certificate_file=str(folder / "strangers.crt"),
                    key_file=str(folder / "strangers.key"),
                ),
                f"does not accept the client's certificate {folder}/strangers.crt",
            ),
            "somebody else's key": (
                replace(mutual, key_file=str(folder / "server.key")),
                "client.crt and " + str(folder / "server.key") + " do not belong together",
            ),
            "a broker's certificate that has expired": (
                replace(mutual, bootstrap_servers=secured.expired),
                f"{secured.expired} shows a certificate that has expired; renew it on the broker",
            ),
            "another name": (
                replace(mutual, bootstrap_servers=secured.mutual.replace("127.0.0.1", "localhost")),
                "shows a certificate for another name; use a name that is in it",
            ),
            "TLS where there is none": (
                replace(mutual, bootstrap_servers=secured.broker.bootstrap),
                "does not speak TLS; set a protocol without SSL",
            ),
            "a broker that sends its clients astray": (
                KafkaSettings(bootstrap_servers=secured.astray),
                "sends its clients on to inside.invalid:9092, which cannot be reached: its name "
                "is not known; correct advertised.listeners",
            ),
            "no TLS where there is": (
                KafkaSettings(bootstrap_servers=secured.mutual),
                "breaks off a connection without TLS; if the listener uses TLS, set a protocol",
            ),
            "no password where one is asked for": (
                KafkaSettings(
                    bootstrap_servers=secured.sasl,
                    security_protocol="SSL",
                    ca_file=str(folder / "ca.crt"),
                ),
                "wants to know who is there (",
            ),
            "a password where none is asked for": (
                replace(
                    by_password,
                    bootstrap_servers=secured.mutual,
                    certificate_file=mutual.certificate_file,
                    key_file=mutual.key_file,
                ),
                "does not ask who is there, but was told SASL_SSL",
            ),
            "a password that is not there": (
                replace(by_password, password_file="/nowhere/password"),
                "wants a password, and there is no /nowhere/password; add the key password to",
            ),
            "a client that gets no token": (
                replace(secured.by_token(tokens.url), username="stranger"),
                f"no token from {tokens.url} for client stranger: it answers 401",
            ),
            **{
                f"a wrong password, {mechanism}": (
                    secured.by_password(mechanism, folder / "wrong"),
                    f"does not accept user swirl with the password in {folder}/wrong (",
                )
                for mechanism in ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
            },
        }


@leaves_sockets
def test_every_mistake_is_one_sentence_with_the_broker_and_the_way_out(
    secured: Secured, tokens: Tokens, impatient: None
) -> None:
    for name, (settings, expected) in Mistakes(secured, tokens).of.items():
        log, producer = reader(settings, "t"), DurableProducer(settings)
        with pytest.raises(KafkaUnavailable) as unread:
            log.read()
        with pytest.raises(NotDelivered) as unsent:
            producer.deliver("t", b"key", b"value", 1.0)
        log.close()
        producer.close()
        for said in (str(unread.value), str(unsent.value)):
            assert said.startswith(f"Kafka at {settings.bootstrap_servers} "), name
            assert expected in said, name
            assert "; " in said, name
            assert "\n" not in said, name


@leaves_sockets
def test_rights_that_are_missing_are_named(secured: Secured, impatient: None) -> None:
    settings = replace(secured.by_password("PLAIN", secured.folder / "guest"), username=GUEST)
    topic = f"t-{uuid.uuid4().hex}"
    producer = DurableProducer(settings)
    with pytest.raises(NotDelivered, match=rf"add an ACL: Write, .* on {topic} for user guest"):
        producer.deliver(topic, b"key", b"value", 5.0)
    producer.close()
    deliver(writer := DurableProducer(secured.by_password("PLAIN")), topic, b"value")
    writer.close()
    # A topic that one may not even see must not pass for one that is not there yet.
    with pytest.raises(KafkaUnavailable, match=rf"ACL: Read and Describe on {topic} for user g"):
        reader(settings, topic).read()


def test_one_of_several_brokers_is_enough(secured: Secured) -> None:
    settings = secured.by_certificate()
    servers = f"no-such-host.invalid:9092,{settings.bootstrap_servers}"
    topic = f"t-{uuid.uuid4().hex}"
    deliver(producer := DurableProducer(replace(settings, bootstrap_servers=servers)), topic, b"x")
    producer.close()
