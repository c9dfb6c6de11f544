"""Roots of artifact stores: a folder, and an object store without one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import fsspec

SCHEMES = ("file", "memory")


@contextmanager
def store_root(scheme: str, folder: Path) -> Iterator[str]:
    """An empty store's root URI; what is in memory is forgotten at the end."""
    if scheme == "file":
        yield f"file://{folder}/artifacts"
        return
    memory = fsspec.filesystem("memory")
    yield "memory://artifacts"
    memory.store.clear()
    memory.pseudo_dirs[:] = [""]
