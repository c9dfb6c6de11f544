"""Running a long program while showing that it lives."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from devtools.command import last_lines, shown
from devtools.errors import ToolError
from devtools.progress import Progress


def stream(
    argv: Sequence[str],
    progress: Progress,
    *,
    what: str,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
    stop: threading.Event | None = None,
) -> None:
    """Run a long program and pass on each line it prints; say so when it is silent for long.

    Args:
        argv: The program and its arguments.
        progress: Gets the lines.
        what: What is being done, as in "building images".
        environment: Variables on top of this process's own.
        directory: Where it runs.
        stop: Ends the program once it is set, for one that runs in a thread.

    Raises:
        ToolError: It failed, and the last lines it said are the cause; or it was stopped.
    """
    said: list[str] = []
    with subprocess.Popen(
        list(argv),
        env=None if environment is None else {**os.environ, **environment},
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        lines = _lines(process)
        try:
            while (line := _next(lines)) is not None:
                if stop is not None and stop.is_set():
                    raise ToolError(f"{what}: stopped")
                if line:
                    said.append(line)
                    progress.say(f"  {line}")
                progress.alive(f"{what}: waiting for {Path(argv[0]).name}")
        except BaseException:
            # It must not outlive whoever started it.
            process.terminate()
            raise
    if process.returncode != 0:
        end = last_lines("\n".join(said))
        raise ToolError(
            f"{what}: {Path(argv[0]).name} failed with exit code {process.returncode}: {end}",
            where=shown(argv),
        )


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
