"""Settings in the words of Spark's Kafka source."""

from __future__ import annotations

from pathlib import Path

import pytest

from swirl.kafka.spark import spark_options
from swirl.wire.kafka import KafkaSettings


def test_without_security() -> None:
    settings = KafkaSettings(bootstrap_servers="a:1, b:2")
    assert spark_options(settings) == {"kafka.bootstrap.servers": "a:1,b:2"}


def test_certificates_travel_as_text(tmp_path: Path) -> None:
    for name in ("ca", "certificate", "key"):
        (tmp_path / name).write_text(f"PEM of {name}")
    settings = KafkaSettings(
        bootstrap_servers="a:1",
        security_protocol="SSL",
        ca_file=str(tmp_path / "ca"),
        certificate_file=str(tmp_path / "certificate"),
        key_file=str(tmp_path / "key"),
    )
    assert spark_options(settings) == {
        "kafka.bootstrap.servers": "a:1",
        "kafka.security.protocol": "SSL",
        "kafka.ssl.truststore.type": "PEM",
        "kafka.ssl.truststore.certificates": "PEM of ca",
        "kafka.ssl.keystore.type": "PEM",
        "kafka.ssl.keystore.certificate.chain": "PEM of certificate",
        "kafka.ssl.keystore.key": "PEM of key",
    }


@pytest.mark.parametrize(
    ("mechanism", "module"),
    [
        ("PLAIN", "plain.PlainLoginModule"),
        ("SCRAM-SHA-256", "scram.ScramLoginModule"),
        ("SCRAM-SHA-512", "scram.ScramLoginModule"),
    ],
)
def test_a_password_with_quotes(mechanism: str, module: str, tmp_path: Path) -> None:
    (tmp_path / "password").write_text('say "a\\b"\n')
    settings = KafkaSettings.read(
        {
            "SWIRL_KAFKA_BOOTSTRAP": "a:1",
            "SWIRL_KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
            "SWIRL_KAFKA_SASL_MECHANISM": mechanism,
            "SWIRL_KAFKA_USERNAME": "swirl",
            "SWIRL_KAFKA_PASSWORD_FILE": str(tmp_path / "password"),
        }
    )
    options = spark_options(settings)
    assert options["kafka.security.protocol"] == "SASL_PLAINTEXT"
    assert options["kafka.sasl.mechanism"] == mechanism
    assert options["kafka.sasl.jaas.config"] == (
        f"org.apache.kafka.common.security.{module} required "
        'username="swirl" password="say \\"a\\\\b\\"";'
    )
