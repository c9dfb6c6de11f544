"""A client's options by the settings of an installation."""

from __future__ import annotations

from typing import Any

from swirl.kafka.files import certificate_of, present
from swirl.kafka.sasl import sasl_options
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
        **sasl_options(settings),
    }
    if settings.uses_tls:
        options["ssl_cafile"] = present(settings.ca_file)
        options["ssl_certfile"], options["ssl_keyfile"] = certificate_of(settings) or (None, None)
    return options
