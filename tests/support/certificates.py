"""Certificates for servers on loopback and for who speaks to them, by authorities of our own."""

from __future__ import annotations

import subprocess
from pathlib import Path


def make_certificates(folder: Path) -> None:
    """Make an authority, a server's and a client's certificate, and an authority of strangers."""
    for name in ("ca", "strangers"):
        _openssl(folder, name, "/CN=authority", "basicConstraints=critical,CA:TRUE")
    for name in ("server", "client"):
        signed = ["-addext", "basicConstraints=CA:FALSE"]
        signed += ["-CA", str(folder / "ca.crt"), "-CAkey", str(folder / "ca.key")]
        _openssl(folder, name, f"/CN={name}", "subjectAltName=IP:127.0.0.1", *signed)
    pem = (folder / "server.key").read_text() + (folder / "server.crt").read_text()
    (folder / "server.pem").write_text(pem)


def _openssl(folder: Path, name: str, subject: str, extension: str, *more: str) -> None:
    subprocess.run(
        [
            *["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"],
            *["-subj", subject, "-addext", extension, *more],
            *["-keyout", str(folder / f"{name}.key"), "-out", str(folder / f"{name}.crt")],
        ],
        check=True,
        capture_output=True,
    )
