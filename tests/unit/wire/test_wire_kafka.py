from __future__ import annotations

from typing import Any

import pytest

from swirl.wire.environment import InvalidEnvironment
from swirl.wire.kafka import KafkaSettings, host_and_port

SASL = {
    "security_protocol": "SASL_SSL",
    "sasl_mechanism": "PLAIN",
    "username": "swirl",
    "password_file": "/p",
}


def test_addresses() -> None:
    assert KafkaSettings(bootstrap_servers="a:1, [::1]:2").servers == ["a:1", "[::1]:2"]


@pytest.mark.parametrize(
    "text",
    [
        *("", "a", "a:b", ":1", "a:1,", "::1:9092", "a:0", "a:65536", "a:²", "a b:1", "a\tb:1"),
        *("[::1:9092", "::1]:9092", "[::1]9092", "[::x]:1", "[]:1", "[a]:1", "[[::1]]:1"),
        *("kafka://a:1", "a/b:1", "user@a:1", "a:1;b:1"),
    ],
)
def test_addresses_that_are_none(text: str) -> None:
    with pytest.raises(InvalidEnvironment, match="host:port"):
        KafkaSettings(bootstrap_servers=text)


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ({"security_protocol": "SASL_SSL"}, "needs SWIRL_KAFKA_SASL_MECHANISM"),
        ({"username": "x"}, "takes no SASL settings"),
        ({"security_protocol": "SSL", "key_file": "/k"}, "go together"),
        ({"ca_file": "/ca"}, "PLAINTEXT takes no certificates"),
        ({**SASL, "sasl_mechanism": "OAUTHBEARER"}, "OAUTHBEARER needs SWIRL_KAFKA_TOKEN_URL"),
        ({**SASL, "token_url": "https://id/token"}, "no other mechanism takes it"),
        ({**SASL, "token_scope": "kafka"}, "no other mechanism takes it"),
    ],
)
def test_fields_that_do_not_go_together(fields: dict[str, Any], match: str) -> None:
    with pytest.raises(InvalidEnvironment, match=match):
        KafkaSettings(bootstrap_servers="a:1", **fields)


@pytest.mark.parametrize(
    ("name", "value"),
    [("SWIRL_KAFKA_SECURITY_PROTOCOL", "TLS"), ("SWIRL_KAFKA_SASL_MECHANISM", "SCRAM")],
)
def test_words_that_kafka_does_not_know(name: str, value: str) -> None:
    with pytest.raises(InvalidEnvironment, match=f"{name} must be one of"):
        KafkaSettings.read({"SWIRL_KAFKA_BOOTSTRAP": "a:1", name: value})


def test_settings_of_a_secret_that_is_mounted() -> None:
    settings = KafkaSettings.mounted(
        "a:1", security_protocol="SASL_SSL", sasl_mechanism="PLAIN", username="swirl"
    )
    assert settings.variables() == {
        "SWIRL_KAFKA_BOOTSTRAP": "a:1",
        "SWIRL_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "SWIRL_KAFKA_CA_FILE": "/etc/swirl/kafka/ca.crt",
        "SWIRL_KAFKA_CERTIFICATE_FILE": "/etc/swirl/kafka/tls.crt",
        "SWIRL_KAFKA_KEY_FILE": "/etc/swirl/kafka/tls.key",
        "SWIRL_KAFKA_SASL_MECHANISM": "PLAIN",
        "SWIRL_KAFKA_USERNAME": "swirl",
        "SWIRL_KAFKA_PASSWORD_FILE": "/etc/swirl/kafka/password",
    }
    assert KafkaSettings.mounted("a:1").variables().keys() == {
        "SWIRL_KAFKA_BOOTSTRAP",
        "SWIRL_KAFKA_SECURITY_PROTOCOL",
    }


@pytest.mark.parametrize(
    ("server", "expected"), [("a:1", ("a", 1)), ("[fd00::1]:9092", ("fd00::1", 9092))]
)
def test_addresses_as_sockets_take_them(server: str, expected: tuple[str, int]) -> None:
    assert host_and_port(server) == expected
