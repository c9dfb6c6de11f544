"""Python packages of an image, installed on the host from its lock."""

from __future__ import annotations

import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from devtools.command import run
from devtools.errors import ToolError
from devtools.paths import REPOSITORY
from imagebuild import sources
from imagebuild.jars import keep_natives
from imagebuild.sources import compile_python, make_readable, remove

_LOCKS = REPOSITORY / "requirements"
_SITE = "swirl/site"

# Nothing here is reached by the images' own code.
_NEEDLESS = (
    "bin",
    "share",
    "*.dist-info/RECORD",
    "*.dist-info/licenses",
    "*/tests",
    "*/include",
    "pyarrow/*flight*",
    "pyarrow/src",
    "pyspark/data",
    "pyspark/examples",
    "pyspark/licenses",
    # The packages themselves are on PYTHONPATH, compiled; these are archives of the same.
    "pyspark/python",
    "pyspark/jars/netty-tcnative-*-osx-*.jar",
    "pyspark/jars/netty-tcnative-*-windows-*.jar",
)


@dataclass(frozen=True)
class Machine:
    """What differs between the processors that images run on.

    Attributes:
        name: as uv and the kernel call it.
        rocksdb: Spark's state store for it.
        needless: what is for other processors alone.
    """

    name: str
    rocksdb: str
    needless: tuple[str, ...]


MACHINES = {
    machine.name: machine
    for machine in (
        Machine(
            "x86_64", "librocksdbjni-linux64.so", ("pyspark/jars/netty-tcnative-*-aarch_64.jar",)
        ),
        Machine(
            "aarch64",
            "librocksdbjni-linux-aarch64.so",
            ("pyspark/jars/netty-tcnative-*-x86_64.jar",),
        ),
    )
}


def _machine() -> Machine:
    name = platform.machine()
    if name not in MACHINES:
        raise ToolError(f"images are built on {' or '.join(MACHINES)}, not on {name}")
    return MACHINES[name]


@dataclass(frozen=True)
class Packages:
    """What `lock` names and the lock of the image below does not."""

    lock: str
    below: str | None = None

    def _locks(self) -> list[Path]:
        names = [self.lock] if self.below is None else [self.lock, self.below]
        return [_LOCKS / f"{name}.txt" for name in names]

    def inputs(self) -> Iterator[Path]:
        yield Path(__file__)
        yield Path(sources.__file__)
        yield from self._locks()

    def _wanted(self) -> str:
        own, *below = (read_blocks(lock.read_text()) for lock in self._locks())
        there = {name for blocks in below for name in blocks}
        return "".join(text for name, text in own.items() if name not in there)

    def write(self, context: Path) -> None:
        if sys.version_info[:2] != (3, 11):
            raise ToolError(
                "images carry Python 3.11, and bytecode is compiled by the Python that builds them:"
                f" run build.py with Python 3.11, not {sys.version_info[0]}.{sys.version_info[1]}"
            )
        wanted = self._wanted()
        site = context / _SITE
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write(wanted)
            file.flush()
            _install(Path(file.name), site)
        if self.below is None:
            # Whatever is installed on top later keeps these as they are, or says why it cannot.
            write_constraints(wanted, context / "swirl" / "constraints.txt")
        remove(site, (*_NEEDLESS, *_machine().needless))
        for jar in site.glob("pyspark/jars/rocksdbjni-*.jar"):
            keep_natives(jar, _machine().rocksdb)
        make_readable(site)
        # A few packages carry templates that are no valid Python: not our fault, and harmless.
        compile_python(site, f"/opt/{_SITE}")


def read_blocks(lock: str) -> dict[str, str]:
    """The lines of each requirement, with its hashes, by `name==version`."""
    blocks: dict[str, str] = {}
    name = ""
    for line in lock.splitlines(keepends=True):
        if line[:1].isalnum():
            name = line.split()[0]
        if name:
            blocks[name] = blocks.get(name, "") + line
    return blocks


def write_constraints(lock: str, path: Path) -> None:
    """Adds the versions that a lock names, without its hashes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.writelines(f"{name}\n" for name in read_blocks(lock))


def _install(requirements: Path, site: Path) -> None:
    run(
        [
            _uv(),
            "pip",
            "install",
            "--quiet",
            "--target",
            site,
            "--python",
            sys.executable,
            "--python-version",
            "3.11",
            "--python-platform",
            f"{_machine().name}-unknown-linux-gnu",
            "--require-hashes",
            "--no-deps",
            "--requirement",
            requirements,
        ]
    )


def _uv() -> str:
    beside = Path(sys.prefix) / "bin" / "uv"
    local = REPOSITORY / ".venv" / "bin" / "uv"
    for path in (beside, local):
        if path.exists():
            return str(path)
    found = shutil.which("uv")
    if found is None:
        raise ToolError("uv is not installed; `make setup` installs it")
    return found
