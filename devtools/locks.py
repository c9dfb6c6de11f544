"""One process at a time, across processes; the kernel lets go when the holder dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from devtools.errors import ToolError
from devtools.progress import Progress

POLL_SECONDS = 0.2


@contextmanager
def exclusive(
    path: Path, *, who: str, timeout: float, progress: Progress | None = None
) -> Iterator[None]:
    """Hold `path` locked until the block ends, and then take it away.

    Args:
        path: The file to lock; it is made, with its folder.
        who: What holds such a lock, as in "another build".
        timeout: Seconds to wait for whoever has it; 0 asks once.
        progress: Is told, once, that there is somebody to wait for.

    Raises:
        ToolError: Somebody else had it all the time.
    """
    deadline = time.monotonic() + timeout
    told = False
    while (handle := _try(path)) is None:
        if time.monotonic() >= deadline:
            long = f" and has been for {timeout:.0f} s" if timeout else ""
            raise ToolError(
                f"{who} is at work{long}",
                where=str(path),
                remedy="wait for it to end, then run this again",
            )
        if progress is not None and not told:
            progress.say(f"waiting for {who} to end")
            told = True
        time.sleep(POLL_SECONDS)
    with handle:
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def _try(path: Path) -> IO[str] | None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = path.open("a", encoding="utf-8")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # The last holder took the file away while this process waited for it: a lock on a file
        # without a name keeps nobody out.
        if os.fstat(handle.fileno()).st_ino == path.stat().st_ino:
            return handle
    except (BlockingIOError, FileNotFoundError):
        handle.close()
        return None
    handle.close()
    return None
