"""Passwords that are read from a file at each authentication.

The library takes a password once, when a client is made. A client lives for as long as its process,
and a Secret that is mounted may be replaced any day.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

from kafka.net.sasl import get_sasl_mechanism, register_sasl_mechanism

from swirl.wire.kafka import SaslMechanism

_PASSWORD = "sasl_plain_password"


def read_passwords_from_files() -> None:
    """Let the library take a Path for a password; text is still taken as it is."""
    for name in get_args(SaslMechanism):
        mechanism = get_sasl_mechanism(name)
        if not hasattr(mechanism, "reads_files"):
            register_sasl_mechanism(name, _ReadingFiles(mechanism), overwrite=True)


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
