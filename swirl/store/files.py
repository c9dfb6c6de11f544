"""What the store needs of whatever keeps its files: a file system, or a bucket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol


class Files(Protocol):
    """Files by their paths; `swirl.store.local` and `swirl.store.bucket` keep them."""

    def exists(self, path: str) -> bool:
        """Whether there is a file, or anything below a folder of that name."""

    def read(self, path: str) -> bytes:
        """Return a file's content.

        Raises:
            FileNotFoundError: there is none.
        """

    def chunks(self, path: str) -> Iterator[bytes]:
        """Return a file's content piece by piece.

        Raises:
            FileNotFoundError: there is none.
        """

    def write(self, path: str, data: bytes) -> None:
        """Write a file so that a reader sees all of it or nothing, replacing what was there."""

    def create(self, path: str, data: bytes) -> None:
        """Write a file as `write` does, unless there is one: of two writers one wins.

        Raises:
            FileExistsError: there is one, and its content is another.
        """

    def upload(self, path: str, source: Path) -> None:
        """Copy a local file there."""

    def download(self, path: str, target: Path) -> None:
        """Copy a file to a local one.

        Raises:
            FileNotFoundError: there is none.
        """

    def list(self, path: str) -> list[str]:
        """Return the paths of all files below a folder, relative to it."""

    def make_folder(self, path: str) -> None:
        """Make a folder, where there are such without files."""

    def sync(self, path: str) -> None:
        """Make the files below a folder survive a crash of the machine, where it needs asking."""
