"""Progress lines and subprocesses that say why they failed."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_STARTED = time.monotonic()
_LINES_OF_CAUSE = 25


class BuildError(Exception):
    """A step failed; the text says which one and why, for a person."""


def say(what: str, text: str) -> None:
    print(f"[{time.monotonic() - _STARTED:6.1f} s] {what}: {text}", file=sys.stderr, flush=True)


def run(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> str:
    """Runs a command quietly and returns its output; its last lines are the cause if it fails."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            env=env,
            cwd=cwd,
            capture_output=True,
            text=True,
            errors="replace",
        )
    except FileNotFoundError as error:
        raise BuildError(f"{words[0]} is not installed; `make setup` installs it") from error
    if done.returncode != 0:
        cause = (done.stdout + done.stderr).strip().splitlines()[-_LINES_OF_CAUSE:]
        shown = " ".join(words[:3])
        raise BuildError("\n  ".join([f"`{shown} …` exited with {done.returncode}:", *cause]))
    return done.stdout
