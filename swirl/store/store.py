"""Reads and writes files below one root URI, through fsspec."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

import fsspec

from swirl.store import locations


class Store:
    """The artifact store at a root URI.

    Args:
        root: any URI fsspec understands; `file://` needs nothing but the folder.

    Raises:
        StoreError: the URI has no scheme.
        ImportError: fsspec lacks the package for the scheme.
    """

    def __init__(self, root: str) -> None:
        locations.scheme(root)
        self.root = root.rstrip("/")
        self._fs = fsspec.filesystem(locations.scheme(root))

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
        path = locations.local_path(uri)
        if path is not None:
            path.mkdir(parents=True, exist_ok=True)
        return uri

    def exists(self, uri: str) -> bool:
        """Whether there is a file or folder."""
        return bool(self._fs.exists(self._path(uri)))

    def get(self, uri: str) -> bytes:
        """Return a file's content.

        Raises:
            FileNotFoundError: there is none.
        """
        return bytes(self._fs.cat_file(self._path(uri)))

    def measure(self, uri: str) -> tuple[int, str]:
        """Return a file's size in bytes and its SHA-256 in hex, without holding it in memory."""
        size, sha256 = 0, hashlib.sha256()
        with self._fs.open(self._path(uri), "rb") as file:
            while chunk := file.read(1 << 20):
                size += len(chunk)
                sha256.update(chunk)
        return size, sha256.hexdigest()

    def put(self, uri: str, data: bytes) -> None:
        """Write a file so that a reader sees all of it or nothing, replacing what was there."""
        path = locations.local_path(uri)
        if path is None:
            # Object stores make an object visible when its single upload is complete.
            folder = self._path(uri).rpartition("/")[0]
            self._fs.makedirs(folder, exist_ok=True)
            self._fs.pipe_file(self._path(uri), data)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, data)

    def put_file(self, uri: str, source: Path) -> None:
        """Copy a local file into the store."""
        path = self._path(uri)
        self._fs.makedirs(path.rpartition("/")[0], exist_ok=True)
        self._fs.put_file(str(source), path)

    def get_file(self, uri: str, target: Path) -> None:
        """Copy a file out of the store, making the target's folders."""
        target.parent.mkdir(parents=True, exist_ok=True)
        self._fs.get_file(self._path(uri), str(target))

    def list(self, uri: str) -> list[str]:
        """Return the paths of all files below a folder, relative to it and sorted."""
        folder = self._path(uri).rstrip("/")
        if not self._fs.exists(folder):
            return []
        found = self._fs.find(folder)
        return sorted(str(path)[len(folder) :].lstrip("/") for path in found)

    def sync(self, uri: str) -> None:
        """Make the files below a folder survive a crash of the machine, where that needs asking."""
        path = locations.local_path(uri)
        if path is None:
            return
        for folder, _, names in os.walk(path):
            for name in names:
                _fsync(Path(folder, name))
            _fsync(Path(folder))

    def _path(self, uri: str) -> str:
        local = locations.local_path(uri)
        if local is not None:
            return str(local)
        return str(self._fs._strip_protocol(uri))


def _replace(path: Path, data: bytes) -> None:
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes files private; other pods of the namespace read the store too.
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    _fsync(path.parent)


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
