"""Long programs whose lines are passed on."""

from __future__ import annotations

import io
import sys

import pytest

from devtools.errors import ToolError
from devtools.progress import Progress
from devtools.stream import stream
from tests.unit.devtools.clock import Clock


def test_lines_of_a_long_program_are_passed_on() -> None:
    said = io.StringIO()
    count = [sys.executable, "-c", "print('one'); print('two')"]
    stream(count, Progress(said, Clock()), what="counting")
    assert said.getvalue() == "[  0:00]   one\n[  0:00]   two\n"


def test_variables_and_folder_reach_the_program() -> None:
    said = io.StringIO()
    stream(
        ["sh", "-c", "echo $GIVEN in $PWD"], Progress(said, Clock()), what="saying",
        environment={"GIVEN": "this"}, directory=None,
    )  # fmt: skip
    assert "this in /" in said.getvalue()


def test_a_failed_program_is_named_with_what_it_said_last() -> None:
    code = "import sys; print('disk is full'); sys.exit(3)"
    with pytest.raises(ToolError, match=r"(?s)building: python.* exit code 3: disk is full"):
        stream([sys.executable, "-c", code], Progress(io.StringIO(), Clock()), what="building")
