"""Jars that a pom.xml names, fetched once by Maven into the user's cache."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

from devtools.command import run
from devtools.errors import ToolError
from devtools.locks import exclusive
from devtools.paths import cache_directory

FETCH_LIMIT = 600.0


def jars(pom: Path) -> list[Path]:
    """The jars that a program with this pom.xml has on its class path, sorted by name.

    They lie in one folder of the cache, which is named after the pom's folder and content: a
    changed pom is fetched anew, and nothing is fetched twice, by whomever.
    """
    key = hashlib.sha256(pom.read_bytes()).hexdigest()[:12]
    cache = cache_directory("jars")
    folder = cache / f"{pom.parent.name}-{key}"
    if not folder.is_dir():
        lock = cache / f"{folder.name}.lock"
        with exclusive(lock, who="another program that fetches jars", timeout=FETCH_LIMIT):
            if not folder.is_dir():
                _fetch(pom, folder)
    return sorted(folder.glob("*.jar"))


def _fetch(pom: Path, folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        part = Path(temporary) / "jars"
        run(
            [
                *("mvn", "--batch-mode", "--quiet", "--file", pom),
                *("dependency:copy-dependencies", "-DincludeScope=runtime"),
                f"-DoutputDirectory={part}",
            ],
            remedy="check that Maven is installed and reaches its repository",
            timeout=FETCH_LIMIT,
        )
        if not any(part.glob("*.jar")):
            raise ToolError(f"{pom} resolved to no jar", where=str(pom))
        # Moved into place when complete: an interrupted fetch must not be mistaken for one.
        part.rename(folder)
