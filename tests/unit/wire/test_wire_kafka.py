from __future__ import annotations

from typing import Any

import pytest

from swirl.wire.environment import InvalidEnvironment
from swirl.wire.kafka import KafkaSettings


def test_addresses() -> None:
    assert KafkaSettings(bootstrap_servers="a:1, [::1]:2").servers == ["a:1", "[::1]:2"]


@pytest.mark.parametrize(
    "text", ["", "a", "a:b", ":1", "a:1,", "::1:9092", "a:0", "a:65536", "a:²"]
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
