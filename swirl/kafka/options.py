"""A client's options by the settings of an installation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from swirl.kafka import sasl
from swirl.wire.kafka import KafkaSettings


def client_options(settings: KafkaSettings) -> dict[str, Any]:
    """Return what a producer and a consumer of the library are told alike.

    Certificates and the password are read at each connection, so that they can be replaced while
    the process runs.
    """
    options: dict[str, Any] = {
        "bootstrap_servers": settings.servers,
        "security_protocol": settings.security_protocol,
        "metrics_enabled": False,
        "reconnect_backoff_max_ms": 2_000,
    }
    if settings.security_protocol.endswith("SSL"):
        options["ssl_cafile"] = settings.ca_file
        options["ssl_certfile"] = settings.certificate_file
        options["ssl_keyfile"] = settings.key_file
    if settings.password_file is not None:
        sasl.read_passwords_from_files()
        options["sasl_mechanism"] = settings.sasl_mechanism
        options["sasl_plain_username"] = settings.username
        options["sasl_plain_password"] = Path(settings.password_file)
    return options
