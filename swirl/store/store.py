"""Reads and writes files below one root URI, wherever they are kept."""

from __future__ import annotations

import hashlib
from pathlib import Path

from swirl.store import locations
from swirl.store.files import Files
from swirl.store.local import LocalFiles


class Store:
    """The artifact store at a root URI.

    Args:
        root: `file://` and an absolute path, or a bucket: `s3://`, `gs://`, `abfss://`.

    Raises:
        StoreError: the URI is none of these, or the environment does not fit it.
        ImportError: the client of buckets is not installed.
    """

    def __init__(self, root: str) -> None:
        self.root = root.rstrip("/")
        self._files = _files(root)

    def uri(self, *parts: str) -> str:
        """Return the URI of a path below the root; see `locations.join`."""
        return locations.join(self.root, *parts)

    def model_uri(self, namespace: str, job: str, run: str, attempt: int, name: str) -> str:
        """Return where a model published by an attempt of a run belongs."""
        return self.uri("models", namespace, job, f"{run}-{attempt}", name)

    def result_uri(self, namespace: str, job: str, run: str, attempt: int) -> str:
        """Return where the result of an attempt belongs when it is too large for its status."""
        return self.uri("results", namespace, job, f"{run}-{attempt}", "result.json")

    def make_work_folder(self, namespace: str, job: str, name: str) -> str:
        """Make a durable folder of a job, shared by all its runs; returns its URI.

        Object stores have no empty folders: there, nothing is made.
        """
        uri = self.uri("work", namespace, job, name)
        self._files.make_folder(_path(uri))
        return uri

    def exists(self, uri: str) -> bool:
        """Whether there is a file or folder."""
        return self._files.exists(_path(uri))

    def get(self, uri: str) -> bytes:
        """Return a file's content.

        Raises:
            FileNotFoundError: there is none.
        """
        return self._files.read(_path(uri))

    def measure(self, uri: str) -> tuple[int, str]:
        """Return a file's size in bytes and its SHA-256 in hex, without holding it in memory."""
        size, sha256 = 0, hashlib.sha256()
        for chunk in self._files.chunks(_path(uri)):
            size += len(chunk)
            sha256.update(chunk)
        return size, sha256.hexdigest()

    def put(self, uri: str, data: bytes) -> None:
        """Write a file so that a reader sees all of it or nothing, replacing what was there."""
        self._files.write(_path(uri), data)

    def create(self, uri: str, data: bytes) -> None:
        """Write a file as `put` does, unless there is one: of two writers one wins.

        Raises:
            FileExistsError: there is one, and its content is another.
        """
        self._files.create(_path(uri), data)

    def put_file(self, uri: str, source: Path) -> None:
        """Copy a local file into the store."""
        self._files.upload(_path(uri), source)

    def get_file(self, uri: str, target: Path) -> None:
        """Copy a file out of the store, making the target's folders."""
        target.parent.mkdir(parents=True, exist_ok=True)
        self._files.download(_path(uri), target)

    def list(self, uri: str) -> list[str]:
        """Return the paths of all files below a folder, relative to it and sorted."""
        return sorted(self._files.list(_path(uri)))

    def sync(self, uri: str) -> None:
        """Make the files below a folder survive a crash of the machine, where that needs asking."""
        self._files.sync(_path(uri))


def _files(root: str) -> Files:
    if locations.local_path(root) is not None:
        return LocalFiles()
    # Stores on a file system need no client of buckets.
    from swirl.store.bucket import BucketFiles

    return BucketFiles(root)


def _path(uri: str) -> str:
    local = locations.local_path(uri)
    return locations.key(uri) if local is None else str(local)
