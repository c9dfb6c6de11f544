"""A password is what its file says at the time of the authentication."""

from __future__ import annotations

from pathlib import Path

import pytest
from kafka.net.sasl import get_sasl_mechanism

from swirl.kafka.sasl import read_passwords_from_files


def password(mechanism: str, given: Path | str) -> bytes:
    read_passwords_from_files()
    made = get_sasl_mechanism(mechanism)(
        sasl_mechanism=mechanism, sasl_plain_username="swirl", sasl_plain_password=given
    )
    if mechanism == "PLAIN":
        read: bytes = made.auth_bytes().split(b"\0")[-1]
        return read
    read = made._scram_client.password
    return read


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_it_may_be_replaced(mechanism: str, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("old")
    assert password(mechanism, file) == b"old"
    file.write_text("new and spaced \n")
    assert password(mechanism, file) == b"new and spaced "


def test_text_is_taken_as_it_is() -> None:
    assert password("PLAIN", "secret") == b"secret"
