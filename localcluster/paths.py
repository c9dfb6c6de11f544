"""Where the programs are cached and where their sources are."""

from __future__ import annotations

import os
from pathlib import Path

SOURCES = Path(__file__).resolve().parent / "go"
MANIFESTS = Path(__file__).resolve().parent / "manifests"


def cache_directory() -> Path:
    """Outlives clusters and checkouts: a cold build costs minutes."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "swirl" / "localcluster"
