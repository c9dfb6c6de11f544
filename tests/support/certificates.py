"""Certificates for servers on loopback and for who speaks to them, by authorities of our own."""

from __future__ import annotations

import subprocess
from pathlib import Path


def make_certificates(folder: Path, address: str = "127.0.0.1") -> None:
    """Make an authority, a server's and a client's certificate, and an authority of strangers.

    Args:
        folder: for them.
        address: of the server.
    """
    for name in ("ca", "strangers"):
        _openssl(folder, name, "/CN=authority", "basicConstraints=critical,CA:TRUE")
    for name in ("server", "client"):
        signed = ["-addext", "basicConstraints=CA:FALSE"]
        signed += ["-CA", str(folder / "ca.crt"), "-CAkey", str(folder / "ca.key")]
        _openssl(folder, name, f"/CN={name}", f"subjectAltName=IP:{address}", *signed)
    _expire(folder, "server", "expired")
    pem = (folder / "server.key").read_text() + (folder / "server.crt").read_text()
    (folder / "server.pem").write_text(pem)
    pem = (folder / "server.key").read_text() + (folder / "expired.crt").read_text()
    (folder / "expired.pem").write_text(pem)


def _expire(folder: Path, name: str, expired: str) -> None:
    """Make a certificate for the same key that has ended yesterday."""
    asked, extensions = folder / f"{expired}.csr", folder / "extensions"
    extensions.write_text("subjectAltName=IP:127.0.0.1")
    _run("req", "-new", "-key", folder / f"{name}.key", "-subj", f"/CN={expired}", "-out", asked)
    _run(
        *("x509", "-req", "-in", asked, "-days", "-1", "-extfile", extensions),
        *("-CA", folder / "ca.crt", "-CAkey", folder / "ca.key"),
        *("-out", folder / f"{expired}.crt"),
    )


def _openssl(folder: Path, name: str, subject: str, extension: str, *more: str) -> None:
    _run(
        *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
        *("-subj", subject, "-addext", extension, *more),
        *("-keyout", folder / f"{name}.key", "-out", folder / f"{name}.crt"),
    )


def _run(*words: str | Path) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)
