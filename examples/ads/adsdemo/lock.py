"""One demo at a time: two would undo each other's faults."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adsdemo.errors import DemoError


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold the lock file; the system lets go of it however this process ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoError(
                "another demo is running in this checkout; wait for it or end it"
            ) from None
        yield
