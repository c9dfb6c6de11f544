"""What a build context is filled with.

A source knows its inputs, so that a tag can be told without filling anything.
"""

from __future__ import annotations

import fnmatch
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from devtools.errors import ToolError
from devtools.paths import REPOSITORY


class Source(Protocol):
    """Writes below the context what an image has below /opt."""

    def inputs(self) -> Iterator[Path]:
        """Every file whose content decides what is written."""
        ...

    def write(self, context: Path) -> None: ...


@dataclass(frozen=True)
class Code:
    """Files of this repository; Python is compiled, as containers cannot write bytecode."""

    paths: tuple[str, ...]
    to: str
    root: str = "."

    def _files(self) -> Iterator[tuple[Path, Path]]:
        root = REPOSITORY / self.root
        for pattern in self.paths:
            found = sorted(root.glob(pattern))
            if not found:
                raise ToolError(f"nothing in the repository matches {self.root}/{pattern}")
            for path in found:
                for file in _tree(path):
                    yield file, file.relative_to(root)

    def inputs(self) -> Iterator[Path]:
        yield Path(__file__)
        yield from (file for file, _ in self._files())

    def write(self, context: Path) -> None:
        for file, relative in self._files():
            target = context / self.to / relative
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
            if file.stat().st_mode & stat.S_IXUSR:
                target.chmod(0o755)
        complaints = compile_python(context / self.to, f"/opt/{self.to}")
        if complaints:
            raise ToolError(f"not valid Python: {complaints}")


def compile_python(folder: Path, installed: str) -> str:
    """Compiles a folder for its place in the image, and returns what was wrong with it."""
    # Files never change under a running container: their age need not be checked.
    command = [sys.executable, "-m", "compileall", "-q", "-f", "-j", "0"]
    command += ["--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", installed]
    return subprocess.run([*command, str(folder)], stdout=subprocess.PIPE, text=True).stdout


def make_readable(folder: Path) -> None:
    """Containers run as a user who owns none of the files."""
    for parent, _, names in os.walk(folder):
        Path(parent).chmod(0o755)
        for name in names:
            path = Path(parent, name)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)


def remove(folder: Path, patterns: tuple[str, ...]) -> None:
    for parent, folders, names in os.walk(folder):
        for name in [*folders, *names]:
            path = Path(parent, name)
            relative = path.relative_to(folder).as_posix()
            if any(fnmatch.fnmatch(relative, pattern) for pattern in patterns):
                if name in folders:
                    folders.remove(name)
                    shutil.rmtree(path)
                else:
                    path.unlink()


def _tree(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for parent, folders, names in os.walk(path):
        folders[:] = sorted(folder for folder in folders if folder != "__pycache__")
        yield from (Path(parent, name) for name in sorted(names))
