"""What a person sees while something takes long."""

from __future__ import annotations

import io
import time

import pytest

from devtools.errors import ToolError
from devtools.progress import Progress, stamp
from tests.unit.devtools.clock import Clock


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_lines_have_the_time_before_the_first() -> None:
    stream, clock = io.StringIO(), Clock()
    progress = Progress(stream, clock)
    clock.sleep(65)
    progress.say("one\ntwo")
    progress.say("")
    assert stream.getvalue() == "[  1:05] one\n         two\n[  1:05] \n"


def test_a_line_of_life_comes_after_ten_silent_seconds_only() -> None:
    stream, clock = io.StringIO(), Clock()
    progress = Progress(stream, clock)
    for _ in range(25):
        clock.sleep(1)
        progress.alive("still there")
    assert stream.getvalue().splitlines() == [
        "[  0:10]   … still there",
        "[  0:20]   … still there",
    ]


def test_a_step_is_timed_when_it_succeeds_only() -> None:
    clock = Clock()
    progress = Progress(io.StringIO(), clock)
    with progress.step("good", "Good"):
        clock.sleep(12.34)
    with pytest.raises(ToolError), progress.step("bad", "Bad"):
        raise ToolError("no")
    assert progress.timings == {"good": 12.3}


def test_long_work_keeps_saying_that_it_is_alive_in_plain_lines() -> None:
    stream = io.StringIO()

    with Progress(stream, interval=0.02).working("building"):
        time.sleep(0.1)

    lines = stream.getvalue().splitlines()
    assert len(lines) >= 3
    assert set(lines) == {"[  0:00] building"}


def test_a_terminal_sees_one_line_change() -> None:
    stream = Terminal()

    with Progress(stream, interval=0.02).working("building"):
        time.sleep(0.1)

    assert stream.getvalue().count("\n") == 1
    assert stream.getvalue().count("\r") >= 3


def test_work_that_fails_stops_talking() -> None:
    stream = io.StringIO()

    with pytest.raises(RuntimeError), Progress(stream, interval=0.01).working("building"):
        raise RuntimeError

    said = stream.getvalue()
    time.sleep(0.05)
    assert stream.getvalue() == said


@pytest.mark.parametrize(("seconds", "text"), [(0, "  0:00"), (65.9, "  1:05"), (6000, "100:00")])
def test_stamp(seconds: float, text: str) -> None:
    assert stamp(seconds) == text
