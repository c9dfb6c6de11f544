"""Where things are kept that cost minutes to make or fetch."""

from __future__ import annotations

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]


def cache_directory(name: str) -> Path:
    """The folder of the user's cache for one purpose; it outlives checkouts, and may not exist."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "swirl" / name
