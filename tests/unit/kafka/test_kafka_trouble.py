"""Clauses for what no broker of the tests can be brought to do."""

from __future__ import annotations

import socket
import ssl

import pytest

from swirl.kafka.trouble import certificate_refused, of_advertised, of_alert, of_socket
from swirl.wire.kafka import KafkaSettings

SETTINGS = KafkaSettings.mounted("kafka:9092", security_protocol="SSL")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (socket.gaierror(-2, "Name or service not known"), "its name is not known"),
        (ConnectionRefusedError(), "nothing listens there"),
        (TimeoutError(), "no answer; correct the bootstrap servers, or let network policies"),
        (OSError(101, "Network is unreachable"), "Network is unreachable"),
    ],
)
def test_connections_that_cannot_be_made(error: OSError, expected: str) -> None:
    assert of_socket(error).startswith(f"cannot be reached: {expected}")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (9, "is not valid yet"),
        (10, "has expired; renew it on the broker"),
        (62, "for another name"),
        (64, "for another name"),
        (18, "of an authority that is not in /ca; put"),
        (99, "is not accepted: strange; renew"),
    ],
)
def test_certificates_that_are_not_accepted(code: int, expected: str) -> None:
    error = ssl.SSLCertVerificationError()
    error.verify_code, error.verify_message = code, "strange"
    assert expected in certificate_refused(error, SETTINGS, "/ca")


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "wants a certificate of the client, and got none"),
        ("SSLV3_ALERT_CERTIFICATE_EXPIRED", "it has expired; renew /etc/swirl/kafka/tls.crt"),
        ("TLSV1_ALERT_UNKNOWN_CA", "/etc/swirl/kafka/tls.crt (unknown ca); renew it, or have"),
        ("WRONG_VERSION_NUMBER", "does not speak TLS"),
        ("TLSV1_ALERT_INTERNAL_ERROR", "breaks off TLS (internal error); see the broker"),
    ],
)
def test_alerts(reason: str, expected: str) -> None:
    error = ssl.SSLError(1, "")
    error.reason = reason
    assert expected in of_alert(error, SETTINGS)


def test_where_clients_are_sent_astray() -> None:
    said = of_advertised("fd00::1", 9092, socket.gaierror(-2, "Name or service not known"))
    assert said.startswith(
        "sends its clients on to [fd00::1]:9092, which cannot be reached: its name is not known; "
    )
