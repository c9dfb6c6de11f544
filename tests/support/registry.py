"""A real registry of images with a login and a certificate of its own."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from devtools.command import DIES_WITH_US, run
from devtools.errors import ToolError
from devtools.paths import cache_directory
from localcluster.certificates import SERVER, Authorities, Subject

_PACKAGE = "docker-registry"
_READY_SECONDS = 30.0
USER = "reader"
PASSWORD = "only-for-tests"
# What `htpasswd -nbB reader only-for-tests` prints.
_HTPASSWD = "reader:$2b$04$3Adb.XkO4hjNhJuzF/uGxOm71tPq/BRJOs0QT0/SK42qL.E372SEC\n"


@dataclass(frozen=True)
class Registry:
    """One that runs.

    Attributes:
        host: with its port, as it stands in the names of images.
        authority: the certificate that signed the registry's.
        log: where it says what was asked of it.
    """

    host: str
    authority: Path
    log: Path

    def answers(self, authorization: str = "") -> int:
        """The HTTP status that it greets with."""
        request = urllib.request.Request(f"https://{self.host}/v2/")
        if authorization:
            request.add_header("Authorization", authorization)
        context = ssl.create_default_context(cafile=str(self.authority))
        try:
            with urllib.request.urlopen(request, context=context, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code


def program() -> Path:
    """Debian's registry, unpacked and not installed: its package would start one for good."""
    found = shutil.which(_PACKAGE)
    if found is not None:
        return Path(found)
    cached = cache_directory("registry") / _PACKAGE
    if not cached.exists():
        cached.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cached.parent) as folder:
            try:
                run(["apt-get", "-q", "download", _PACKAGE], directory=Path(folder))
            except ToolError:
                run(["apt-get", "-q", "update"])
                run(["apt-get", "-q", "download", _PACKAGE], directory=Path(folder))
            (package,) = Path(folder).glob("*.deb")
            run(["dpkg-deb", "--extract", package, folder])
            (Path(folder) / "usr/bin" / _PACKAGE).rename(cached)
    return cached


@contextmanager
def running(folder: Path, address: str, port: int) -> Iterator[Registry]:
    """A registry for the time of the block; writes to `folder` only."""
    pki = Authorities(folder / "pki")
    pki.authority("ca")
    pki.issue("registry", Subject("registry"), usage=SERVER, addresses=(address,))
    (folder / "htpasswd").write_text(_HTPASSWD)
    config = folder / "config.yml"
    config.write_text(
        f"""\
version: 0.1
log: {{level: info}}
storage: {{filesystem: {{rootdirectory: {folder / "images"}}}}}
http:
  addr: {address}:{port}
  tls: {{certificate: {pki.certificate("registry")}, key: {pki.key("registry")}}}
auth: {{htpasswd: {{realm: tests, path: {folder / "htpasswd"}}}}}
"""
    )
    registry = Registry(f"{address}:{port}", pki.certificate("ca"), folder / "registry.log")
    with (
        registry.log.open("w") as log,
        subprocess.Popen(
            [*DIES_WITH_US, str(program()), "serve", str(config)], stdout=log, stderr=log
        ) as process,
    ):
        try:
            deadline = time.monotonic() + _READY_SECONDS
            while not _is_up(registry):
                assert process.poll() is None, registry.log.read_text()
                assert time.monotonic() < deadline, "the registry does not answer"
                time.sleep(0.1)
            yield registry
        finally:
            process.kill()


def _is_up(registry: Registry) -> bool:
    try:
        return registry.answers() == 401
    except urllib.error.URLError:
        return False
