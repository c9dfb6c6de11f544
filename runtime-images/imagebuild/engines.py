"""The two programs that build images."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Protocol

from devtools.command import answers, run
from devtools.errors import ToolError
from imagebuild.catalogue import PUBLIC_DEBIAN

# Neither user namespaces nor systemd are needed: works as root inside a container, too.
_WITHOUT_NAMESPACES = {"BUILDAH_ISOLATION": "chroot", "STORAGE_DRIVER": "overlay"}


class Engine(Protocol):
    name: str
    debian: str | None
    """A public image to stand on, or None where Debian is made from packages."""

    def stored(self) -> set[str]: ...
    def build(self, reference: str, dockerfile: Path, context: Path, base: str | None) -> None: ...


class Docker:
    name = "docker"
    debian: str | None = PUBLIC_DEBIAN

    def stored(self) -> set[str]:
        return set(run(["docker", "images", "--format", "{{.Repository}}:{{.Tag}}"]).split())

    def build(self, reference: str, dockerfile: Path, context: Path, base: str | None) -> None:
        argument = [] if base is None else ["--build-arg", f"BASE_IMAGE={base}"]
        words = ["--quiet", "--tag", reference, "--file", str(dockerfile), *argument]
        run(["docker", "build", *words, str(context)])


class Buildah:
    name = "buildah"
    debian: str | None = None

    def stored(self) -> set[str]:
        return set(self._run("images", "--format", "{{.Name}}:{{.Tag}}").split())

    def build(self, reference: str, dockerfile: Path, context: Path, base: str | None) -> None:
        self._run(
            *["bud", "--quiet", "--pull-never", "--network", "host"],
            *["--tag", reference, "--file", str(dockerfile)],
            *([] if base is None else ["--build-arg", f"BASE_IMAGE={base}"]),
            str(context),
        )

    def _run(self, *words: str) -> str:
        return run(["buildah", *words], environment=_WITHOUT_NAMESPACES)


def choose(name: str | None) -> Engine:
    engines: dict[str, Engine] = {"docker": Docker(), "buildah": Buildah()}
    if name is not None:
        return engines[name]
    if answers(["docker", "info"]):
        return engines["docker"]
    if shutil.which("buildah") is not None:
        return engines["buildah"]
    raise ToolError("neither a running Docker engine nor buildah was found; see `make setup`")
