"""A tag says what is in an image: the same inputs have the same tag on every machine."""

from __future__ import annotations

import hashlib
from pathlib import Path

from devtools.paths import REPOSITORY
from imagebuild.catalogue import CATALOGUE, Image

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
    digest = hashlib.sha256(f"{image.name}\n{below}\n".encode())
    dockerfile = REPOSITORY / "runtime-images" / CATALOGUE[image.name].folder / "Dockerfile"
    for path in [dockerfile, *(path for source in image.sources for path in source.inputs())]:
        _add(digest, path)
    return digest.hexdigest()[:_LENGTH]


def _add(digest: hashlib._Hash, path: Path) -> None:
    content = hashlib.sha256(path.read_bytes()).hexdigest()
    executable = path.stat().st_mode & 0o100
    digest.update(f"{path.relative_to(REPOSITORY)} {executable} {content}\n".encode())
