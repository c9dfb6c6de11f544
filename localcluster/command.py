"""Running another program to its end, with an error that shows what it said."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from localcluster.errors import ClusterError

LAST_LINES = 15
# Put before a program that must not outlive this one, not even when this one is killed: whoever
# cleans up afterwards would find no trace of it in the cluster's records and control groups.
DIES_WITH_US = ("setpriv", "--pdeathsig", "KILL", "--")


def run(
    argv: Sequence[str],
    *,
    remedy: str = "",
    stdin: str | None = None,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
    timeout: float | None = None,
) -> str:
    """Standard output of a program that must succeed."""
    shown = shlex.join(argv)
    if len(shown) > 200:
        shown = shown[:200] + " …"
    try:
        done = subprocess.run(
            list(argv),
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            env=None if environment is None else {**os.environ, **environment},
            cwd=directory,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
        )
    except FileNotFoundError as error:
        raise ClusterError(
            f"the program {argv[0]} is not there", where=shown, remedy=remedy
        ) from error
    except subprocess.TimeoutExpired as error:
        raise ClusterError(
            f"{argv[0]} did not finish in {timeout:.0f} s", where=shown, remedy=remedy
        ) from error
    if done.returncode != 0:
        said = last_lines(done.stderr.strip() or done.stdout.strip())
        raise ClusterError(
            f"{argv[0]} failed with exit code {done.returncode}: {said}",
            where=shown,
            remedy=remedy,
        )
    return done.stdout


def last_lines(text: str, count: int = LAST_LINES) -> str:
    """The end of a program's output, where the cause usually is."""
    return "\n".join(text.splitlines()[-count:])
