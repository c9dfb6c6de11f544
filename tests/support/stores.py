"""Roots of artifact stores: a folder, and a bucket in this process's memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import obstore

from swirl.store import bucket, locations

SCHEMES = ("file", "memory")


@contextmanager
def store_root(scheme: str, folder: Path) -> Iterator[str]:
    """An empty store's root URI; what is in memory is forgotten at the end."""
    if scheme == "file":
        yield f"file://{folder}/artifacts"
        return
    yield "memory://artifacts"
    bucket.forget()


def remove(uri: str) -> None:
    """Take a file out of the store, as somebody else would."""
    path = locations.local_path(uri)
    if path is not None:
        path.unlink()
        return
    obstore.delete(bucket.client_of(uri), locations.key(uri))
