"""One server that accepts a connection is enough."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from swirl.kafka.reachable import reachable


@pytest.fixture
def address() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def nobody() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


def test_one_of_several_is_enough(address: str, nobody: str) -> None:
    assert reachable([address])
    assert reachable([nobody, address])


def test_nobody_is_at_home(nobody: str) -> None:
    assert not reachable([nobody])


@pytest.mark.parametrize("malformed", ["", "kafka", "kafka:", ":x"])
def test_what_is_no_address_is_not_reachable(malformed: str) -> None:
    assert not reachable([malformed])


def test_a_name_that_does_not_exist_is_not_reachable() -> None:
    assert not reachable(["kafka.invalid:9092"])
