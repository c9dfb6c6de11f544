"""Settings in the client library's words."""

from __future__ import annotations

from pathlib import Path

from kafka import KafkaConsumer, KafkaProducer

from swirl.kafka.options import client_options
from swirl.wire.kafka import KafkaSettings


def test_without_security() -> None:
    options = client_options(KafkaSettings(bootstrap_servers="a:1, [::1]:2"))
    assert options["bootstrap_servers"] == ["a:1", "[::1]:2"]
    assert options["security_protocol"] == "PLAINTEXT"
    assert not [name for name in options if name.startswith(("ssl", "sasl"))]


def test_with_all_of_it() -> None:
    options = client_options(
        KafkaSettings(
            bootstrap_servers="a:1",
            security_protocol="SASL_SSL",
            ca_file="ca.crt",
            certificate_file="tls.crt",
            key_file="tls.key",
            sasl_mechanism="SCRAM-SHA-512",
            username="swirl",
            password_file="/secrets/password",
        )
    )
    assert options["security_protocol"] == "SASL_SSL"
    assert (options["ssl_cafile"], options["ssl_certfile"], options["ssl_keyfile"]) == (
        "ca.crt",
        "tls.crt",
        "tls.key",
    )
    assert options["sasl_mechanism"] == "SCRAM-SHA-512"
    assert options["sasl_plain_username"] == "swirl"
    assert options["sasl_plain_password"] == Path("/secrets/password")
    for client in (KafkaConsumer, KafkaProducer):
        assert options.keys() <= client.DEFAULT_CONFIG.keys()
