"""A client that cannot be made leaves nothing behind."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator

import pytest
from kafka import KafkaConsumer, KafkaProducer
from kafka.errors import KafkaTimeoutError

from swirl.kafka.making import make


@pytest.fixture
def mute() -> Iterator[str]:
    """A server that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("kind", [KafkaProducer, KafkaConsumer])
def test_neither_sockets_nor_threads_are_left(kind: type, mute: str) -> None:
    def left() -> tuple[int, set[threading.Thread]]:
        return len(os.listdir("/proc/self/fd")), set(threading.enumerate())

    before = left()
    with pytest.raises(KafkaTimeoutError):
        make(kind, bootstrap_servers=[mute], bootstrap_timeout_ms=200)
    assert left() == before


def test_what_can_be_made_is_returned() -> None:
    def client(**options: object) -> object:
        assert set(options) == {"a", "kafka_client"}
        return "made"

    assert make(client, a=1) == "made"
