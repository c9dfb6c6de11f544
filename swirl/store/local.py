"""Files on a file system, which several nodes may share."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

_CHUNK = 1 << 20
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)
"""Shares of Windows and buckets that are mounted have no second names."""


class LocalFiles:
    """See `swirl.store.files.Files`; paths are absolute."""

    def exists(self, path: str) -> bool:
        return Path(path).exists()

    def read(self, path: str) -> bytes:
        return Path(path).read_bytes()

    def chunks(self, path: str) -> Iterator[bytes]:
        with Path(path).open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk

    def write(self, path: str, data: bytes) -> None:
        _place(Path(path), data, os.replace)

    def create(self, path: str, data: bytes) -> None:
        try:
            _place(Path(path), data, _link)
        except FileExistsError:
            if self.read(path) != data:
                raise

    def upload(self, path: str, source: Path) -> None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, path)

    def download(self, path: str, target: Path) -> None:
        shutil.copyfile(path, target)

    def list(self, path: str) -> list[str]:
        folder = Path(path)
        return [
            found.relative_to(folder).as_posix() for found in folder.rglob("*") if found.is_file()
        ]

    def make_folder(self, path: str) -> None:
        Path(path).mkdir(parents=True, exist_ok=True)

    def sync(self, path: str) -> None:
        for folder, _, names in os.walk(path):
            for name in names:
                _fsync(Path(folder, name))
            _fsync(Path(folder))


def _place(path: Path, data: bytes, put: Callable[[str, Path], None]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes files private; other pods of the namespace read the store too.
        os.chmod(temporary, 0o644)
        put(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    _fsync(path.parent)


def _link(temporary: str, path: Path) -> None:
    # A second name for the file, which unlike a new name for it is refused where there is one.
    try:
        os.link(temporary, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if path.exists():
            raise FileExistsError(path) from error
        os.replace(temporary, path)
    else:
        os.unlink(temporary)


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
