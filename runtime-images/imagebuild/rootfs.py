"""A Debian root filesystem from packages, for where no image registry can be reached."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from imagebuild.progress import run, say

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


def cache_folder() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "swirl" / "images"


@dataclass(frozen=True)
class Rootfs:
    suite: str

    def inputs(self) -> Iterator[Path]:
        yield Path(__file__)

    def write(self, context: Path) -> None:
        key = hashlib.sha256(" ".join([self.suite, *_OPTIONS]).encode()).hexdigest()[:12]
        cached = cache_folder() / f"debian-{self.suite}-{key}.tar"
        if not cached.exists():
            say("debian", f"fetching the packages of {self.suite}")
            cached.parent.mkdir(parents=True, exist_ok=True)
            part = cached.with_suffix(".part.tar")
            run(["mmdebstrap", "--quiet", *_OPTIONS, self.suite, part])
            part.rename(cached)
        shutil.copyfile(cached, context / "rootfs.tar")
