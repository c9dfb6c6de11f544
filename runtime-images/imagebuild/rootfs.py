"""A Debian root filesystem from packages, for where no image registry can be reached."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from devtools.command import run
from devtools.paths import cache_directory
from imagebuild.progress import PROGRESS

_OPTIONS = (
    "--variant=apt",
    # A merged /usr from the start; the package that merges one afterwards brings all of perl.
    "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr",
    "--include=usr-is-merged",
    *(
        f"--dpkgopt=path-exclude=/usr/share/{folder}/*"
        for folder in ("doc", "i18n", "info", "locale", "man")
    ),
)


@dataclass(frozen=True)
class Rootfs:
    suite: str

    def inputs(self) -> Iterator[Path]:
        yield Path(__file__)

    def write(self, context: Path) -> None:
        key = hashlib.sha256(" ".join([self.suite, *_OPTIONS]).encode()).hexdigest()[:12]
        cached = cache_directory("images") / f"debian-{self.suite}-{key}.tar"
        if not cached.exists():
            PROGRESS.say(f"debian: fetching the packages of {self.suite}")
            cached.parent.mkdir(parents=True, exist_ok=True)
            part = cached.with_suffix(".part.tar")
            run(["mmdebstrap", "--quiet", *_OPTIONS, self.suite, part])
            part.rename(cached)
        shutil.copyfile(cached, context / "rootfs.tar")
