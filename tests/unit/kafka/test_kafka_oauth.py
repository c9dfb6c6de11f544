from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from swirl.kafka.oauth import ClientCredentials, NoToken
from swirl.wire.kafka import KafkaSettings
from tests.support import tokens
from tests.support.receiver import receiving
from tests.support.tokens import Tokens

SECRET = "a:b c%"


@pytest.fixture
def server() -> Iterator[Tokens]:
    with tokens.running("swirl", SECRET) as made:
        yield made


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def settings(url: str, file: Path) -> KafkaSettings:
    return KafkaSettings(
        bootstrap_servers="kafka:9092",
        security_protocol="SASL_SSL",
        sasl_mechanism="OAUTHBEARER",
        username="swirl",
        password_file=str(file),
        token_url=url,
    )


def test_a_token_is_kept_while_it_is_good(server: Tokens, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    clock = Clock()
    source = ClientCredentials(settings(server.url, tmp_path / "secret"), clock)
    assert source.token().count(".") == 2
    clock.now = 269
    source.token()
    assert server.given == 1
    clock.now = 271
    source.token()
    assert server.given == 2, "it ends in 30 seconds"
    source.forget()
    source.token()
    assert server.given == 3


def test_a_secret_may_be_replaced(server: Tokens, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("yesterday's")
    source = ClientCredentials(settings(server.url, tmp_path / "secret"))
    with pytest.raises(NoToken, match=r"for client swirl: it answers 401 .*invalid_client"):
        source.token()
    (tmp_path / "secret").write_text(SECRET)
    assert source.token()


def test_a_server_that_is_away_is_named(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET)
    url = "http://127.0.0.1:1/token"
    with pytest.raises(NoToken, match=rf"no token from {url} for client swirl: .*refused"):
        ClientCredentials(settings(url, tmp_path / "secret")).token()


def test_the_secret_is_not_taken_to_where_one_is_sent_on(server: Tokens, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET)
    with receiving() as other:
        server.sends_on_to = other.url
        with pytest.raises(NoToken, match="answers 302, which sends on to another place"):
            ClientCredentials(settings(server.url, tmp_path / "secret")).token()
    assert not other.posts


@pytest.mark.parametrize(
    "answer",
    [
        b"this is no HTTP\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"[" * 100_000,
        b"HTTP/1.1 400 Bad\r\nContent-Length: 9\r\n\r\n{",
    ],
)
def test_an_answer_that_is_broken_off_is_no_token(
    server: Tokens, tmp_path: Path, answer: bytes
) -> None:
    (tmp_path / "secret").write_text(SECRET)
    server.raw = answer
    with pytest.raises(NoToken, match=f"no token from {server.url} for client swirl: "):
        ClientCredentials(settings(server.url, tmp_path / "secret")).token()
