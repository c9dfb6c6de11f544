"""What is found out at the door of what is no Kafka; of real ones, the integration tests."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from swirl.kafka import probe
from swirl.kafka.probe import trouble_of
from swirl.wire.kafka import KafkaSettings

TLS = {"security_protocol": "SSL", "ca_file": "/nowhere/ca.crt"}


@contextmanager
def server(act: Callable[[socket.socket], object]) -> Iterator[str]:
    """Whoever connects is treated so."""

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            act(connection)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        thread.join()


def settings(servers: str, **fields: str) -> KafkaSettings:
    return KafkaSettings.read(
        {"SWIRL_KAFKA_BOOTSTRAP": servers}
        | {f"SWIRL_KAFKA_{name.upper()}": value for name, value in fields.items()}
    )


def test_a_name_that_does_not_exist() -> None:
    assert trouble_of(settings("kafka.invalid:9092")) == (
        "Kafka at kafka.invalid:9092 cannot be reached: its name is not known; correct the "
        "bootstrap servers"
    )


@pytest.mark.parametrize("host", ["kafka..svc", ".", f"{'a' * 64}.svc"])
def test_a_name_that_cannot_exist(host: str) -> None:
    said = f"Kafka at {host}:9092 cannot be reached: its name is not known; correct the bootstrap"
    assert str(trouble_of(settings(f"{host}:9092"))).startswith(said)


def test_nobody_is_at_home() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
        said = trouble_of(settings(address))
    assert said is not None
    assert said.startswith(f"Kafka at {address} cannot be reached: nothing listens there; ")


def test_of_several_the_first_is_told() -> None:
    said = trouble_of(settings("a.invalid:1,b.invalid:2"))
    assert said is not None
    assert said.startswith("Kafka at a.invalid:1 ")


def test_who_hangs_up_on_plain_words_may_want_tls() -> None:
    with server(lambda connection: connection.recv(1)) as address:
        said = trouble_of(settings(address))
    assert said is not None
    assert "breaks off a connection without TLS; if the listener uses TLS, set a" in said


def test_what_answers_something_else_is_no_kafka() -> None:
    with server(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request")) as address:
        said = trouble_of(settings(address))
    assert said is not None
    assert "breaks off a connection" in said


def test_what_answers_plainly_speaks_no_tls() -> None:
    with server(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request")) as address:
        said = trouble_of(settings(address, **TLS))
    assert said is not None
    assert "does not speak TLS; set a protocol without SSL" in said


def test_who_is_silent_is_not_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "_ANSWER_SECONDS", 0.05)
    told = threading.Event()
    with server(lambda _: told.wait(10)) as address:
        said = trouble_of(settings(address))
        told.set()
    assert said is not None
    assert "does not answer within 0.05 s" in said
