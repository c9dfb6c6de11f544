"""Jars that a runtime image's pom.xml names, fetched once by Maven into the user's cache."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import uuid
from pathlib import Path

_IMAGES = Path(__file__).parents[2] / "runtime-images"


def fetch(image: str, version_property: str) -> Path:
    """Return the folder of an image's jars.

    Args:
        image: folder below runtime-images that holds the pom.xml; PATH must hold `mvn`.
        version_property: property of the pom.xml whose value names the cached folder.
    """
    pom = _IMAGES / image / "pom.xml"
    found = re.search(f"<{re.escape(version_property)}>(.+?)</", pom.read_text())
    assert found, f"{pom} has no property {version_property}"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "swirl" / "jars" / f"{image}-{found.group(1)}"
    if not folder.is_dir():
        # Moved into place when complete, so that an interrupted download is not mistaken for one.
        partial = folder.with_name(f"{folder.name}.{uuid.uuid4().hex}")
        command = ["mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies"]
        subprocess.run([*command, f"-DoutputDirectory={partial}"], check=True, timeout=600)
        if folder.is_dir():
            shutil.rmtree(partial)
        else:
            partial.rename(folder)
    return folder
