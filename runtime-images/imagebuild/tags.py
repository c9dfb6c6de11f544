"""A tag says what is in an image: the same inputs have the same tag on every machine of a kind."""

from __future__ import annotations

import hashlib
import platform
from pathlib import Path

from devtools.paths import REPOSITORY
from imagebuild.catalogue import Image
from imagebuild.stages import stages

_LENGTH = 12


def tags(images: list[Image], *, debian: str | None = None) -> dict[str, str]:
    """The tag of each image, in order; `debian` is a public image to stand on instead of ours."""
    known: dict[str, str] = {}
    for image in images:
        if image.name == "debian" and debian is not None:
            known[image.name] = debian
            continue
        below = known[image.parent] if image.parent is not None else ""
        known[image.name] = _tag(image, below)
    return known


def _tag(image: Image, below: str) -> str:
    digest = hashlib.sha256(f"{image.name}\n{below}\n{platform.machine()}\n".encode())
    digest.update(f"{_instructions(image)}\n".encode())
    for path in (path for source in image.sources for path in source.inputs()):
        _add(digest, path)
    return digest.hexdigest()[:_LENGTH]


def _instructions(image: Image) -> str:
    folder = REPOSITORY / "runtime-images"
    if image.name == "debian":
        return (folder / "debian" / "Dockerfile").read_text()
    return stages((folder / "Dockerfile").read_text())[image.name]


def _add(digest: hashlib._Hash, path: Path) -> None:
    content = hashlib.sha256(path.read_bytes()).hexdigest()
    executable = path.stat().st_mode & 0o100
    digest.update(f"{path.relative_to(REPOSITORY)} {executable} {content}\n".encode())
