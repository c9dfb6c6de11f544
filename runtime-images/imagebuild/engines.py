"""The two programs that build images."""

from __future__ import annotations

import json
import os
import platform
import shutil
import tempfile
from pathlib import Path
from typing import Protocol

from devtools.command import answers, run
from devtools.errors import ToolError
from devtools.paths import REPOSITORY
from imagebuild.catalogue import PUBLIC_DEBIAN, Image

FILLED = "filled"
"""The folder of a context that becomes /opt; also that of the Dockerfile's own stages."""

# Neither user namespaces nor systemd are needed: works as root inside a container, too.
_WITHOUT_NAMESPACES = {"BUILDAH_ISOLATION": "chroot", "STORAGE_DRIVER": "overlay"}


PLATFORMS = {"linux/amd64": "x86_64", "linux/arm64": "aarch64"}
"""Platforms that images are made for, and what the kernel calls their processors."""

_LOGIN = "log in to the registry first, with `buildah login` or `docker login`"


def _own() -> str:
    """The platform of this machine."""
    names = {name: known for known, name in PLATFORMS.items()}
    if platform.machine() not in names:
        raise ToolError(f"images are built on {' or '.join(names)}, not on {platform.machine()}")
    return names[platform.machine()]


def _from_a_clone(image: str) -> list[str]:
    """Options that build a target out of the repository alone."""
    words = ["--target", image, "--file", str(REPOSITORY / "runtime-images" / "Dockerfile")]
    if debian := os.environ.get("DEBIAN"):
        words += ["--build-arg", f"DEBIAN={debian}"]
    return [*words, str(REPOSITORY)]


class Engine(Protocol):
    name: str
    debian: str | None
    """A public image to stand on, or None where Debian is made from packages."""

    def stored(self) -> set[str]: ...
    def build(self, words: list[str]) -> None:
        """Build with these options and this context."""
        ...


class Pusher(Protocol):
    def push(self, reference: str, target: str) -> str:
        """Bring an image to a registry under another name, and return its digest there."""
        ...


class Publisher(Engine, Pusher, Protocol):
    """An engine that can make a release."""

    def publish(self, image: str, target: str, platforms: tuple[str, ...]) -> str:
        """Build an image for each platform with the Dockerfile alone, push all of them as one."""
        ...

    def platforms(self) -> tuple[str, ...]:
        """The platforms that it can build for, this machine's own first."""
        ...

    def run(self, reference: str, words: list[str]) -> str:
        """Run a program in an image, and return what it prints."""
        ...


def target(reference: str, image: Image, context: Path, below: str | None) -> list[str]:
    """Options that build a target out of a folder with what the image has below /opt.

    Args:
        reference: what the image is called.
        image: the target.
        context: has that in its folder FILLED.
        below: the image that it stands on.
    """
    folder = REPOSITORY / "runtime-images"
    if image.name == "debian":
        return [
            *("--tag", reference, "--file", str(folder / "debian" / "Dockerfile")),
            str(context / FILLED),
        ]
    words = ["--tag", reference, "--file", str(folder / "Dockerfile"), "--target", image.name]
    if below is not None:
        argument = "DEBIAN" if image.name == "base" else "BELOW"
        words += ["--build-arg", f"{argument}={below}"]
    if image.sources:
        words += ["--build-context", f"{image.name}-content={context}"]
    return [*words, str(context)]


class Docker:
    name = "docker"
    debian: str | None = PUBLIC_DEBIAN

    def stored(self) -> set[str]:
        return set(run(["docker", "images", "--format", "{{.Repository}}:{{.Tag}}"]).split())

    def build(self, words: list[str]) -> None:
        # Contexts with a name are BuildKit's, which is the default since Docker 23.
        run(["docker", "build", "--quiet", *words], environment={"DOCKER_BUILDKIT": "1"})

    def push(self, reference: str, target: str) -> str:
        run(["docker", "tag", reference, target])
        run(["docker", "push", "--quiet", target], remedy=_LOGIN)
        template = "{{range .RepoDigests}}{{println .}}{{end}}"
        known = run(["docker", "inspect", "--format", template, target]).split()
        repository = target.rpartition(":")[0]
        return next(name for name in known if name.startswith(f"{repository}@")).partition("@")[2]

    def publish(self, image: str, target: str, platforms: tuple[str, ...]) -> str:
        with tempfile.TemporaryDirectory() as folder:
            told = Path(folder) / "metadata.json"
            run(
                [
                    *("docker", "buildx", "build", "--push", "--metadata-file", told),
                    *("--platform", ",".join(platforms), "--tag", target),
                    *_from_a_clone(image),
                ],
                remedy=_LOGIN,
            )
            return str(json.loads(told.read_text())["containerimage.digest"])

    def platforms(self) -> tuple[str, ...]:
        if not answers(["docker", "buildx", "inspect"]):
            return (_own(),)
        said = run(["docker", "buildx", "inspect", "--bootstrap"])
        able = {word.strip(" *,") for word in said.split() if word.startswith("linux/")}
        return (_own(), *(one for one in PLATFORMS if one in able and one != _own()))

    def run(self, reference: str, words: list[str]) -> str:
        name, *rest = words
        return run(["docker", "run", "--rm", "--entrypoint", name, reference, *rest])


class Buildah:
    name = "buildah"
    debian: str | None = None

    def stored(self) -> set[str]:
        return set(self._run("images", "--format", "{{.Name}}:{{.Tag}}").split())

    def build(self, words: list[str]) -> None:
        self._run("bud", "--quiet", "--pull-never", "--network", "host", *words)

    def push(self, reference: str, target: str) -> str:
        return self._pushed("push", reference, f"docker://{target}")

    def publish(self, image: str, target: str, platforms: tuple[str, ...]) -> str:
        self._run(
            *("bud", "--quiet", "--layers", "--network", "host", "--manifest", target),
            *("--platform", ",".join(platforms)),
            *_from_a_clone(image),
        )
        return self._pushed("manifest", "push", "--all", target, f"docker://{target}")

    def platforms(self) -> tuple[str, ...]:
        # Programs of another processor run where the kernel was told how.
        able = {
            platform
            for platform, name in PLATFORMS.items()
            if Path("/proc/sys/fs/binfmt_misc", f"qemu-{name}").exists()
        }
        return (_own(), *(one for one in PLATFORMS if one in able and one != _own()))

    def run(self, reference: str, words: list[str]) -> str:
        container = self._run("from", "--quiet", "--pull", reference).strip()
        try:
            return self._run("run", "--user", "10001:10001", container, "--", *words)
        finally:
            self._run("rm", container)

    def _pushed(self, *words: str) -> str:
        with tempfile.TemporaryDirectory() as folder:
            told = Path(folder) / "digest"
            *command, source, target = words
            run(
                ["buildah", *command, "--quiet", "--digestfile", told, source, target],
                environment=_WITHOUT_NAMESPACES,
                remedy=_LOGIN,
            )
            return told.read_text().strip()

    def _run(self, *words: str) -> str:
        return run(["buildah", *words], environment=_WITHOUT_NAMESPACES)


def choose(name: str | None) -> Publisher:
    engines: dict[str, Publisher] = {"docker": Docker(), "buildah": Buildah()}
    if name is not None:
        return engines[name]
    if answers(["docker", "info"]):
        return engines["docker"]
    if shutil.which("buildah") is not None:
        return engines["buildah"]
    raise ToolError("neither a running Docker engine nor buildah was found; see `make setup`")
