"""Who is alone, and who waits."""

from __future__ import annotations

import io
import threading
import time
from pathlib import Path

import pytest

from devtools.errors import ToolError
from devtools.locks import exclusive
from devtools.progress import Progress


def test_a_lock_keeps_others_out_and_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "lock"
    said = io.StringIO()

    with (
        exclusive(path, who="a command", timeout=1),
        pytest.raises(ToolError, match="another command is at work and has been for 0 s"),
        exclusive(path, who="another command", timeout=0.3, progress=Progress(said)),
    ):
        raise AssertionError("both had it")

    assert said.getvalue() == "[  0:00] waiting for another command to end\n"
    assert not path.exists()


def test_who_does_not_wait_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    said = io.StringIO()

    with (
        exclusive(path, who="a demo", timeout=0),
        pytest.raises(ToolError, match="another demo is at work\n"),
        exclusive(path, who="another demo", timeout=0, progress=Progress(said)),
    ):
        raise AssertionError("both had it")

    assert said.getvalue() == ""
    with exclusive(path, who="a demo", timeout=0):
        pass


def test_a_lock_taken_in_turn_is_never_held_twice(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    holders = []
    most = []

    def hold() -> None:
        for _ in range(5):
            with exclusive(path, who="another thread", timeout=20):
                holders.append(1)
                most.append(len(holders))
                time.sleep(0.002)
                holders.pop()

    threads = [threading.Thread(target=hold) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(most) == 20
    assert max(most) == 1
