"""Progress, waiting, locks and files."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from localcluster import command, files, wait
from localcluster.errors import ClusterError
from localcluster.locks import exclusive
from localcluster.processes import identify
from localcluster.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_long_step_keeps_saying_that_it_is_alive_in_plain_lines() -> None:
    stream = io.StringIO()

    with Progress(stream, interval=0.02).step("building"):
        time.sleep(0.1)

    lines = stream.getvalue().splitlines()
    assert len(lines) >= 3
    assert set(lines) == {"[  0s] building"}


def test_a_terminal_sees_one_line_change() -> None:
    stream = Terminal()

    with Progress(stream, interval=0.02).step("building"):
        time.sleep(0.1)

    assert stream.getvalue().count("\n") == 1
    assert stream.getvalue().count("\r") >= 3


def test_a_step_that_fails_stops_talking() -> None:
    stream = io.StringIO()

    with pytest.raises(RuntimeError), Progress(stream, interval=0.01).step("building"):
        raise RuntimeError

    said = stream.getvalue()
    time.sleep(0.05)
    assert stream.getvalue() == said


def test_waiting_ends_when_there_is_no_complaint_left() -> None:
    complaints = iter(["not yet", "almost", ""])

    wait.until("it", lambda: next(complaints), timeout=5)


def test_waiting_in_vain_shows_the_reason_and_the_end_of_the_log(tmp_path: Path) -> None:
    log = tmp_path / "etcd.log"
    log.write_text("\n".join(f"line {number}" for number in range(100)), encoding="utf-8")

    with pytest.raises(ClusterError) as caught:
        wait.until("etcd", lambda: "no socket", timeout=0, logs=(log, tmp_path / "absent.log"))

    said = str(caught.value)
    assert "etcd not ready after 0 s: no socket" in said
    assert "line 99" in said
    assert "line 1\n" not in said
    assert str(log) in caught.value.where


def test_what_can_never_come_is_not_waited_for() -> None:
    def check() -> str:
        raise wait.NeverError("it has ended")

    with pytest.raises(ClusterError, match="etcd cannot get ready: it has ended"):
        wait.until("etcd", check, timeout=60)


def test_a_lock_keeps_others_out_and_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    told = threading.Event()

    with (
        exclusive(path, timeout=1),
        pytest.raises(ClusterError, match="another localcluster"),
        exclusive(path, timeout=0.1, waiting=told.set),
    ):
        raise AssertionError("both had it")

    assert told.is_set()
    assert not path.exists()


def test_a_lock_taken_in_turn_is_never_held_twice(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    holders = []
    most = []

    def hold() -> None:
        for _ in range(5):
            with exclusive(path, timeout=20):
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


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    files.write(path, "old", mode=0o600)
    assert path.stat().st_mode & 0o777 == 0o600

    def fail(source: str, target: str) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        files.write(path, "new")

    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_program_shows_what_it_said() -> None:
    with pytest.raises(ClusterError) as caught:
        command.run(["sh", "-c", "echo no such bridge >&2; exit 3"], remedy="try again")

    assert "exit code 3: no such bridge" in str(caught.value)
    assert "do:    try again" in str(caught.value)


def test_a_helper_does_not_outlive_a_killed_command(tmp_path: Path) -> None:
    started = tmp_path / "pid"
    helper = [
        *command.DIES_WITH_US,
        "sh",
        "-c",
        f"echo $$ > {started}.new; mv {started}.new {started}; exec sleep 60",
    ]
    parent = subprocess.Popen(
        [sys.executable, "-c", f"from localcluster.command import run; run({helper!r})"],
        cwd=Path(command.__file__).parents[1],
    )
    try:
        eventually(started.exists)
        pid = int(started.read_text(encoding="utf-8"))
        assert identify(pid) is not None
    finally:
        parent.kill()
        parent.wait()

    eventually(lambda: identify(pid) is None)


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_an_absent_program_is_named() -> None:
    with pytest.raises(ClusterError, match="no-such-program is not there"):
        command.run(["no-such-program"])
