"""A real S3 server on loopback, whose buckets are folders."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from devtools.progress import Progress
from localcluster.build import tool
from localcluster.controlplane import free_ports
from swirl.store import bucket
from tests.support.ports import accepts

ACCESS, SECRET = "swirl", "s3cret"
BUCKET = "models"
_START_SECONDS = 20.0


class Server:
    """An S3 server that can be stopped and started again, with what it holds.

    Args:
        folder: for its buckets and its log.
        certificate: prefix of a certificate and key; None speaks plain HTTP.
        address: where it listens.
    """

    def __init__(
        self, folder: Path, certificate: Path | None = None, address: str = "127.0.0.1"
    ) -> None:
        self._folder = folder
        (port,) = free_ports(1)
        self._address = f"{address}:{port}"
        self._certificate = certificate
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "buckets" / BUCKET).mkdir(parents=True)

    @property
    def endpoint(self) -> str:
        return f"{'https' if self._certificate else 'http'}://{self._address}"

    @property
    def environ(self) -> dict[str, str]:
        """What a Secret of an installation holds."""
        return {
            "AWS_ACCESS_KEY_ID": ACCESS,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": "us-east-1",
        }

    def start(self) -> None:
        """Start and wait until it accepts connections."""
        tls = [f"--cert={self._certificate}.crt", f"--key={self._certificate}.key"]
        with (self._folder / "s3.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(str(tool("versitygw", Progress())), f"--port={self._address}", "--quiet"),
                    *(tls if self._certificate else ()),
                    *("posix", str(self._folder / "buckets")),
                ],
                env={"ROOT_ACCESS_KEY_ID": ACCESS, "ROOT_SECRET_ACCESS_KEY": SECRET},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        end = time.monotonic() + _START_SECONDS
        while not accepts(self._address):
            if self._process.poll() is not None or time.monotonic() > end:
                said = (self._folder / "s3.log").read_text()[-2000:]
                raise RuntimeError(f"the S3 server did not start:\n{said}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop, if it runs."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None


@contextmanager
def running(
    folder: Path, certificate: Path | None = None, address: str = "127.0.0.1"
) -> Iterator[Server]:
    """Run a server for the time of the block."""
    server = Server(folder, certificate, address)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def told(environ: Mapping[str, str]) -> Iterator[None]:
    """The process with these variables, and clients of buckets that know them."""
    without = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    with mock.patch.dict(os.environ, {**without, **environ}, clear=True):
        bucket.forget()
        yield
    bucket.forget()
