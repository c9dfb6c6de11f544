#!/usr/bin/env python3
"""Pins every package an image or a developer gets: `lock.py` writes, `lock.py --check` compares.

One version per package everywhere: the locks of the images are constrained by that of the
developers, which holds them all.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent
IMAGES = ("operator", "scorer", "spark", "monitor", "ads", "build", "pip")
DEVELOPERS = "dev"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def compile_lock(extra: str, output: Path, *, upgrade: bool, constraint: Path | None) -> None:
    command = [
        *(str(Path(sys.prefix) / "bin" / "uv"), "pip", "compile", "--quiet"),
        *("--generate-hashes", "--no-emit-index-url", "--no-header", "--no-annotate"),
        *("--python-version", "3.11", "--python-platform", "x86_64-unknown-linux-gnu"),
        *("--extra", extra, "--output-file", str(output)),
        *(("--upgrade",) if upgrade else ()),
        *(("--constraint", str(constraint)) if constraint is not None else ()),
        "pyproject.toml",
    ]
    subprocess.run(command, cwd=ROOT, check=True)


def compile_all(*, upgrade: bool) -> None:
    developers = FOLDER / f"{DEVELOPERS}.txt"
    compile_lock(DEVELOPERS, developers, upgrade=upgrade, constraint=None)

    def compile_image(extra: str) -> None:
        output = FOLDER / f"{extra}.txt"
        compile_lock(extra, output, upgrade=upgrade, constraint=developers)

    with ThreadPoolExecutor() as pool:
        list(pool.map(compile_image, IMAGES))
    for extra in (DEVELOPERS, *IMAGES):
        lock = FOLDER / f"{extra}.txt"
        text = lock.read_text()
        lock.write_text(seal(extra, text) + text)


def seal(extra: str, text: str) -> str:
    """The first line of a lock: what it was made from and what it held when it was made."""
    asked = {
        "extras": requirements_of(extra, PROJECT["project"]["optional-dependencies"]),
        "overrides": PROJECT["tool"]["uv"]["override-dependencies"],
        "dependencies": PROJECT["project"]["dependencies"],
    }
    made_from = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]
    held = hashlib.sha256(text.encode()).hexdigest()[:16]
    return f"# Written by `make lock`, from {made_from}, as {held}.\n"


def requirements_of(extra: str, extras: dict[str, list[str]]) -> list[str]:
    """The requirements of an extra, with those of the extras that it names."""
    name = re.escape(PROJECT["project"]["name"])
    found: set[str] = set()
    for requirement in extras[extra]:
        own = re.fullmatch(rf"{name}\[(.+)\]", requirement)
        if own is None:
            found.add(requirement)
            continue
        for other in own[1].split(","):
            found.update(requirements_of(other.strip(), extras))
    return sorted(found)


def stale() -> list[str]:
    """Locks that were not made from today's pyproject.toml, or were changed since.

    Needs no network, unlike compiling them again.
    """
    names = []
    for extra in (DEVELOPERS, *IMAGES):
        lock = FOLDER / f"{extra}.txt"
        first, _, rest = lock.read_text().partition("\n")
        if seal(extra, rest) != first + "\n":
            names.append(lock.name)
    return names


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare with pyproject.toml")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions allowed")
    arguments = parser.parse_args()
    if not arguments.check:
        compile_all(upgrade=arguments.upgrade)
        return 0
    changed = stale()
    if changed:
        print(f"stale: {', '.join(changed)}; `make lock` writes them anew", file=sys.stderr)
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main())
