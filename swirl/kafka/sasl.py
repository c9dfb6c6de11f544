"""Who we are, by what the mounted files say at each authentication.

The library takes a password once, when a client is made. A client lives for as long as its process,
and a Secret that is mounted may be replaced any day.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, get_args

from kafka.net.sasl import get_sasl_mechanism, register_sasl_mechanism

from swirl.kafka.oauth import ClientCredentials
from swirl.wire.kafka import KafkaSettings, SaslMechanism

_PASSWORD = "sasl_plain_password"


def sasl_options(settings: KafkaSettings) -> dict[str, Any]:
    """Return what clients of the library are told; empty without SASL."""
    if settings.sasl_mechanism is None or settings.password_file is None:
        return {}
    read_passwords_from_files()
    options: dict[str, Any] = {"sasl_mechanism": settings.sasl_mechanism}
    if settings.sasl_mechanism == "OAUTHBEARER":
        options["sasl_oauth_token_provider"] = _tokens(settings)
    else:
        options["sasl_plain_username"] = settings.username
        options[_PASSWORD] = Path(settings.password_file)
    return options


def mechanism_of(settings: KafkaSettings, host: str) -> Any:
    """Return one authentication that begins now, as the library's connections use it."""
    if settings.sasl_mechanism == "OAUTHBEARER":
        # A probe comes before a client: what it is refused with must not be kept for that.
        _tokens(settings).forget()
    options = sasl_options(settings)
    return get_sasl_mechanism(settings.sasl_mechanism)(host=host, **options)


def read_passwords_from_files() -> None:
    """Let the library take a Path for a password; text is still taken as it is."""
    for name in get_args(SaslMechanism):
        mechanism = get_sasl_mechanism(name)
        if not hasattr(mechanism, "reads_files"):
            register_sasl_mechanism(name, _ReadingFiles(mechanism), overwrite=True)


@cache
def _tokens(settings: KafkaSettings) -> ClientCredentials:
    """One source of tokens for all clients of a process."""
    return ClientCredentials(settings)


class _ReadingFiles:
    """Stands for a mechanism, whose class is called at each authentication."""

    reads_files = True

    def __init__(self, mechanism: Callable[..., Any]) -> None:
        self._mechanism = mechanism

    def __call__(self, **config: Any) -> Any:
        password = config.get(_PASSWORD)
        if isinstance(password, Path):
            config[_PASSWORD] = password.read_text().rstrip("\r\n")
        return self._mechanism(**config)
