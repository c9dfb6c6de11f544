"""Runs other programs: short ones for what they print, long ones while showing that they live."""

from __future__ import annotations

import contextlib
import queue
import shutil
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from adsdemo.errors import DemoError
from adsdemo.progress import Progress

_LAST_LINES = 15


def find(program: str, why: str) -> str:
    """The path of a program that must be installed."""
    path = shutil.which(program)
    if path is None:
        raise DemoError(f"{program} is not installed; {why}")
    return path


def answers(argv: Sequence[str], timeout: float = 20.0) -> bool:
    """Whether the program exists and exits with 0 in time."""
    try:
        done = subprocess.run(
            list(argv), capture_output=True, stdin=subprocess.DEVNULL, timeout=timeout, check=False
        )
    except (FileNotFoundError, PermissionError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def output(
    argv: Sequence[str],
    *,
    stdin: str | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    timeout: float = 120.0,
) -> str:
    """What a short program prints; DemoError with its complaint if it fails."""
    source: dict[str, object] = {"input": stdin} if stdin else {"stdin": subprocess.DEVNULL}
    try:
        done = subprocess.run(
            list(argv),
            env=dict(env) if env else None,
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            **source,  # type: ignore[call-overload]
        )
    except subprocess.TimeoutExpired as error:
        raise DemoError(f"{_name(argv)} gave no answer in {timeout:.0f} s") from error
    if done.returncode != 0:
        raise DemoError(f"{_name(argv)} failed: {last_lines(done.stderr or done.stdout)}")
    return str(done.stdout)


def stream(
    argv: Sequence[str],
    progress: Progress,
    *,
    what: str,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> None:
    """Run a long program and pass on each line it prints; say so when it is silent for long."""
    said: list[str] = []
    with subprocess.Popen(
        list(argv),
        env=dict(env) if env else None,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        lines = _lines(process)
        try:
            while (line := _next(lines)) is not None:
                if line:
                    said.append(line)
                    progress.say(f"  {line}")
                progress.alive(f"{what}: waiting for {Path(argv[0]).name}")
        except BaseException:
            # The program must not outlive a demo that was interrupted.
            process.terminate()
            raise
    if process.returncode != 0:
        end = last_lines("\n".join(said))
        raise DemoError(f"{what}: {_name(argv)} failed: {end}")


def _lines(process: subprocess.Popen[str]) -> queue.Queue[str | None]:
    """What the program prints, as it comes; None at the end."""
    lines: queue.Queue[str | None] = queue.Queue()
    stdout = process.stdout
    if stdout is None:
        raise ValueError("the program's output goes elsewhere")

    def read() -> None:
        for line in stdout:
            lines.put(line.rstrip())
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    return lines


def _next(lines: queue.Queue[str | None]) -> str | None:
    with contextlib.suppress(queue.Empty):
        return lines.get(timeout=1.0)
    return ""


def last_lines(text: str, count: int = _LAST_LINES) -> str:
    """The end of what a program said."""
    return "\n".join(text.strip().splitlines()[-count:])


def _name(argv: Sequence[str]) -> str:
    """The command without its long tail: what a reader would call it."""
    return " ".join([Path(argv[0]).name, *argv[1:4]])
