"""Jars of an image, resolved by Maven from the pom.xml in the image's folder."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from devtools import maven
from devtools.paths import REPOSITORY
from imagebuild.sources import make_readable


@dataclass(frozen=True)
class Jars:
    pom: str
    to: str

    def _pom(self) -> Path:
        return REPOSITORY / "runtime-images" / self.pom

    def inputs(self) -> Iterator[Path]:
        yield Path(__file__)
        yield Path(maven.__file__)
        yield self._pom()

    def write(self, context: Path) -> None:
        target = context / self.to
        target.mkdir(parents=True, exist_ok=True)
        for jar in maven.jars(self._pom()):
            # What Spark brings itself stays as it is.
            if not (target / jar.name).exists():
                shutil.copyfile(jar, target / jar.name)
        make_readable(target)


def keep_natives(jar: Path, *kept: str) -> None:
    """Drops the native libraries of the platforms that the images do not run on."""
    part = jar.with_suffix(".part")
    with zipfile.ZipFile(jar) as old, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            native = entry.filename.endswith((".so", ".dll", ".jnilib", ".dylib"))
            if not native or entry.filename in kept:
                new.writestr(entry, old.read(entry))
    # The jar may be a hard link into uv's cache: it is replaced, never written.
    part.replace(jar)
