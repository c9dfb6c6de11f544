from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from swirl.kafka.oauth import ClientCredentials, NoToken
from swirl.wire.kafka import KafkaSettings
from tests.support import tokens
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
