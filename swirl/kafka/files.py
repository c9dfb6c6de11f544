"""Certificates and the password in files, which may be replaced at any time."""

from __future__ import annotations

import hashlib
import ssl
from pathlib import Path

from swirl.wire.kafka import KafkaSettings


def present(path: str | None) -> str | None:
    """Return the path if there is such a file: a Secret has the keys that its cluster needs."""
    return path if path is not None and Path(path).is_file() else None


def certificate_of(settings: KafkaSettings) -> tuple[str, str] | None:
    """Return the files of the client's own certificate and key, if both are there."""
    certificate, key = present(settings.certificate_file), present(settings.key_file)
    return (certificate, key) if certificate and key else None


def fingerprint(settings: KafkaSettings) -> str:
    """Return what changes when any of the files does.

    Raises:
        OSError: one of them cannot be read.
    """
    digest = hashlib.sha256()
    for path in (
        settings.ca_file,
        settings.certificate_file,
        settings.key_file,
        settings.password_file,
    ):
        content = Path(path).read_bytes() if present(path) and path else b""
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()


def trust(settings: KafkaSettings) -> ssl.SSLContext:
    """Return what a connection that begins now trusts and shows.

    Raises:
        OSError: a file cannot be read, or holds something else.
    """
    context = ssl.create_default_context(cafile=present(settings.ca_file))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if (own := certificate_of(settings)) is not None:
        context.load_cert_chain(*own)
    return context
