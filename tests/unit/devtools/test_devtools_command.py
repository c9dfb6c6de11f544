"""Programs that are run for what they print."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from devtools import command
from devtools.errors import ToolError
from devtools.paths import REPOSITORY
from localcluster.processes import identify


def test_output_of_a_program() -> None:
    echo = "import sys; sys.stdout.write(sys.stdin.read().upper())"
    assert command.run([sys.executable, "-c", echo], stdin="abc") == "ABC"


def test_a_program_reads_nothing_unless_it_is_given_something() -> None:
    assert command.run([sys.executable, "-c", "print(input.__name__, end='')"]) == "input"
    with pytest.raises(ToolError, match="EOFError"):
        command.run([sys.executable, "-c", "input()"])


def test_variables_come_on_top_of_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OURS", "1")
    said = command.run(["sh", "-c", "echo $OURS $THEIRS"], environment={"THEIRS": "2"})
    assert said == "1 2\n"


def test_a_program_runs_where_it_is_told_to(tmp_path: Path) -> None:
    assert command.run(["pwd"], directory=tmp_path) == f"{tmp_path}\n"


def test_a_failed_program_shows_what_it_said() -> None:
    with pytest.raises(ToolError) as caught:
        command.run(["sh", "-c", "echo no such bridge >&2; exit 3"], remedy="try again")

    assert "exit code 3: no such bridge" in str(caught.value)
    assert "do:    try again" in str(caught.value)


def test_a_complaint_on_standard_output_counts_as_one() -> None:
    with pytest.raises(ToolError, match=r"(?s)no such artifact\nwarning: old"):
        command.run(["sh", "-c", "echo no such artifact; echo warning: old >&2; exit 1"])


def test_a_program_that_takes_too_long_is_ended() -> None:
    with pytest.raises(ToolError, match="did not finish in 0 s"):
        command.run([sys.executable, "-c", "import time; time.sleep(9)"], timeout=0.2)


def test_an_absent_program_is_named() -> None:
    with pytest.raises(ToolError, match=r"(?s)no-such-program is not there.*make setup"):
        command.run(["no-such-program"])


def test_a_long_command_is_cut_where_it_is_shown() -> None:
    assert command.shown(["echo", "a b"]) == "echo 'a b'"
    assert len(command.shown(["x"] * 300)) == 202


def test_whether_a_program_answers() -> None:
    assert command.answers([sys.executable, "-c", "pass"])
    assert not command.answers([sys.executable, "-c", "raise SystemExit(1)"])
    assert not command.answers(["no-such-program-here"])


def test_a_program_that_must_be_there_is_missed_in_one_sentence() -> None:
    assert Path(command.find("sh", "it runs scripts")).exists()
    with pytest.raises(ToolError, match="no-such-program-here is not installed; it draws"):
        command.find("no-such-program-here", "it draws the picture")


def test_a_helper_does_not_outlive_a_killed_command(tmp_path: Path) -> None:
    started = tmp_path / "pid"
    helper = [
        *command.DIES_WITH_US,
        "sh",
        "-c",
        f"echo $$ > {started}.new; mv {started}.new {started}; exec sleep 60",
    ]
    parent = subprocess.Popen(
        [sys.executable, "-c", f"from devtools.command import run; run({helper!r})"],
        cwd=REPOSITORY,
    )
    try:
        _eventually(started.exists)
        pid = int(started.read_text(encoding="utf-8"))
        assert identify(pid) is not None
    finally:
        parent.kill()
        parent.wait()

    _eventually(lambda: identify(pid) is None)


def _eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
