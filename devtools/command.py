"""Running another program to its end, with an error that shows what it said."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from devtools.errors import ToolError

LAST_LINES = 20
# Put before a program that must not outlive this one, not even when this one is killed: whoever
# cleans up afterwards would find no trace of it.
DIES_WITH_US = ("setpriv", "--pdeathsig", "KILL", "--")
_SHOWN_CHARACTERS = 200


def run(
    argv: Sequence[str | Path],
    *,
    remedy: str = "",
    stdin: str | None = None,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
    timeout: float | None = None,
) -> str:
    """Standard output of a program that must succeed.

    Args:
        argv: The program and its arguments.
        remedy: What the user can do if it fails.
        stdin: What the program reads; nothing by default.
        environment: Variables on top of this process's own.
        directory: Where it runs.
        timeout: Seconds after which it is killed.

    Raises:
        ToolError: It is not there, took too long, or failed; its last lines are the cause.
    """
    words = [str(word) for word in argv]
    where = shown(words)
    try:
        done = subprocess.run(
            words,
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
        raise ToolError(
            f"the program {words[0]} is not there",
            where=where,
            remedy=remedy or "`make setup` installs what building and testing take",
        ) from error
    except subprocess.TimeoutExpired as error:
        raise ToolError(
            f"{words[0]} did not finish in {timeout:.0f} s", where=where, remedy=remedy
        ) from error
    if done.returncode != 0:
        # Maven and others complain on standard output.
        said = last_lines(f"{done.stdout.strip()}\n{done.stderr.strip()}".strip())
        raise ToolError(
            f"{words[0]} failed with exit code {done.returncode}: {said}",
            where=where,
            remedy=remedy,
        )
    return done.stdout


def answers(argv: Sequence[str], timeout: float = 20.0) -> bool:
    """Whether the program exists and exits with 0 in time."""
    try:
        done = subprocess.run(
            list(argv), capture_output=True, stdin=subprocess.DEVNULL, timeout=timeout, check=False
        )
    except (FileNotFoundError, PermissionError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def find(program: str, why: str) -> str:
    """The path of a program that must be installed; `why` says what for."""
    path = shutil.which(program)
    if path is None:
        raise ToolError(f"{program} is not installed; {why}")
    return path


def last_lines(text: str, count: int = LAST_LINES) -> str:
    """The end of a program's output, where the cause usually is."""
    return "\n".join(text.splitlines()[-count:])


def shown(words: Sequence[str]) -> str:
    """A command as a person would type it, cut where nobody reads on."""
    text = shlex.join(words)
    return text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + " …"
