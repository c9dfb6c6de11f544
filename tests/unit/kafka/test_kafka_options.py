"""Settings in the client library's words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from kafka import KafkaConsumer, KafkaProducer

from swirl.kafka.options import client_options
from swirl.wire.kafka import KafkaSettings


def test_without_security() -> None:
    options = client_options(KafkaSettings(bootstrap_servers="a:1, [::1]:2"))
    assert options["bootstrap_servers"] == ["a:1", "[::1]:2"]
    assert options["security_protocol"] == "PLAINTEXT"
    assert not [name for name in options if name.startswith(("ssl", "sasl"))]


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    for name in ("ca.crt", "tls.crt", "tls.key"):
        (tmp_path / name).write_text(name)
    return tmp_path


def secured(folder: Path) -> KafkaSettings:
    return KafkaSettings(
        bootstrap_servers="a:1",
        security_protocol="SASL_SSL",
        ca_file=str(folder / "ca.crt"),
        certificate_file=str(folder / "tls.crt"),
        key_file=str(folder / "tls.key"),
        sasl_mechanism="SCRAM-SHA-512",
        username="swirl",
        password_file="/secrets/password",
    )


def test_with_all_of_it(secret: Path) -> None:
    options = client_options(secured(secret))
    assert options["security_protocol"] == "SASL_SSL"
    assert (options["ssl_cafile"], options["ssl_certfile"], options["ssl_keyfile"]) == (
        str(secret / "ca.crt"),
        str(secret / "tls.crt"),
        str(secret / "tls.key"),
    )
    assert options["sasl_mechanism"] == "SCRAM-SHA-512"
    assert options["sasl_plain_username"] == "swirl"
    assert options["sasl_plain_password"] == Path("/secrets/password")
    for client in (KafkaConsumer, KafkaProducer):
        assert options.keys() <= client.DEFAULT_CONFIG.keys()


def test_keys_that_the_secret_does_not_have_are_not_used(secret: Path) -> None:
    (secret / "tls.key").unlink()
    options = client_options(secured(secret))
    assert options["ssl_cafile"] == str(secret / "ca.crt")
    assert (options["ssl_certfile"], options["ssl_keyfile"]) == (None, None)


def test_tokens_have_one_source_in_a_process(secret: Path) -> None:
    settings = replace(
        secured(secret), sasl_mechanism="OAUTHBEARER", token_url="https://id.example/token"
    )
    first, second = client_options(settings), client_options(settings)
    assert first["sasl_mechanism"] == "OAUTHBEARER"
    assert first["sasl_oauth_token_provider"] is second["sasl_oauth_token_provider"]
    assert "sasl_plain_password" not in first
