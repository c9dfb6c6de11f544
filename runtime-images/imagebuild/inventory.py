"""What is in an image, told by the image itself: run in it by its own Python, prints JSON.

Standard library only, and one file: it is handed over as text.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

_FIELDS = "${Package}\t${Version}\t${Architecture}\t${source:Package}\n"


def main() -> None:
    json.dump({"debian": _debian(), "python": _python(), "java": _java()}, sys.stdout)


def _debian() -> list[dict[str, str]]:
    said = subprocess.run(
        ["dpkg-query", "--show", "--showformat", _FIELDS],
        check=True,
        capture_output=True,
        text=True,
    )
    names = ("name", "version", "architecture", "source")
    return [dict(zip(names, line.split("\t"), strict=True)) for line in said.stdout.splitlines()]


def _python() -> list[dict[str, str]]:
    # Of the packages that were installed for the image; Debian's own are among Debian's.
    places = [place for place in os.environ.get("PYTHONPATH", "").split(":") if place]
    found = []
    for package in importlib.metadata.distributions(path=places):
        declared = package.metadata["License-Expression"] or package.metadata["License"]
        licence = (declared or "").strip()
        found.append(
            {
                "name": package.metadata["Name"],
                "version": package.version,
                "licence": licence if len(licence) < 80 else "",
            }
        )
    return sorted(found, key=lambda one: one["name"].lower())


def _java() -> list[dict[str, str]]:
    found = []
    for jar in sorted(Path("/opt").rglob("*.jar")):
        stem, _, version = jar.stem.rpartition("-")
        named = {"group": "", "name": stem or jar.stem, "version": version if stem else ""}
        named |= _coordinates(jar)
        found.append(
            {**named, "file": str(jar), "sha256": hashlib.sha256(jar.read_bytes()).hexdigest()}
        )
    return found


def _coordinates(jar: Path) -> dict[str, str]:
    """What Maven wrote into the jar, if it is the only one in there."""
    with zipfile.ZipFile(jar) as archive:
        paths = [
            name
            for name in archive.namelist()
            if name.startswith("META-INF/maven/") and name.endswith("/pom.properties")
        ]
        if len(paths) != 1:
            return {}
        lines = archive.read(paths[0]).decode("utf-8", "replace").splitlines()
    read = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    if not {"groupId", "artifactId", "version"} <= read.keys():
        return {}
    return {
        "group": read["groupId"].strip(),
        "name": read["artifactId"].strip(),
        "version": read["version"].strip(),
    }


main()
