"""Waiting, running programs and printing: what a person sees while the demo runs."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from adsdemo import shell
from adsdemo.errors import DemoError
from adsdemo.lock import only_one
from adsdemo.progress import Progress, stamp
from adsdemo.waiting import Seen, TimedOut, wait_for


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def _progress(clock: Clock) -> tuple[Progress, io.StringIO]:
    stream = io.StringIO()
    return Progress(stream, clock), stream


def test_waiting_ends_with_the_value() -> None:
    clock = Clock()
    progress, _ = _progress(clock)

    def look() -> Seen[str]:
        return Seen("there" if clock.now >= 3 else None, "on its way")

    found = wait_for("it", look, progress, timeout=9, clock=clock, sleep=clock.sleep)
    assert (found, clock.now) == ("there", 3)


def test_waiting_shows_each_new_state_and_a_line_every_ten_seconds() -> None:
    clock = Clock()
    progress, stream = _progress(clock)

    def look() -> Seen[bool]:
        return Seen(None, "pulling" if clock.now < 5 else "starting")

    with pytest.raises(TimedOut, match="waited 30 s for the pod; last seen: starting"):
        wait_for("the pod", look, progress, timeout=30, clock=clock, sleep=clock.sleep)
    assert stream.getvalue().splitlines() == [
        "[  0:00]   … the pod: pulling",
        "[  0:05]   … the pod: starting",
        "[  0:15]   … the pod: starting",
        "[  0:25]   … the pod: starting",
    ]


def test_a_step_is_timed_when_it_succeeds_only() -> None:
    clock = Clock()
    progress, _ = _progress(clock)
    with progress.step("good", "Good"):
        clock.sleep(12.34)
    with pytest.raises(DemoError), progress.step("bad", "Bad"):
        raise DemoError("no")
    assert progress.timings == {"good": 12.3}


@pytest.mark.parametrize(("seconds", "text"), [(0, "  0:00"), (65.9, "  1:05"), (6000, "100:00")])
def test_stamp(seconds: float, text: str) -> None:
    assert stamp(seconds) == text


def test_lines_of_a_long_program_are_passed_on() -> None:
    progress, stream = _progress(Clock())
    shell.stream([sys.executable, "-c", "print('one'); print('two')"], progress, what="counting")
    assert stream.getvalue() == "[  0:00]   one\n[  0:00]   two\n"


def test_a_failed_program_is_named_with_what_it_said_last() -> None:
    progress, _ = _progress(Clock())
    code = "import sys; print('disk is full'); sys.exit(3)"
    with pytest.raises(DemoError, match=r"(?s)building: python.* failed: disk is full"):
        shell.stream([sys.executable, "-c", code], progress, what="building")


def test_output_of_a_program() -> None:
    echo = "import sys; sys.stdout.write(sys.stdin.read().upper())"
    assert shell.output([sys.executable, "-c", echo], stdin="abc") == "ABC"
    with pytest.raises(DemoError, match="NameError"):
        shell.output([sys.executable, "-c", "missing"])
    with pytest.raises(DemoError, match="no answer in 0 s"):
        shell.output([sys.executable, "-c", "import time; time.sleep(9)"], timeout=0.2)


def test_whether_a_program_answers() -> None:
    assert shell.answers([sys.executable, "-c", "pass"])
    assert not shell.answers([sys.executable, "-c", "raise SystemExit(1)"])
    assert not shell.answers(["no-such-program-here"])


def test_a_missing_program_is_one_sentence() -> None:
    with pytest.raises(DemoError, match="no-such-program-here is not installed; it draws"):
        shell.find("no-such-program-here", "it draws the picture")


def test_two_demos_do_not_run_at_once(tmp_path: Path) -> None:
    lock = tmp_path / "build" / "demo.lock"
    with only_one(lock), pytest.raises(DemoError, match="another demo is running"), only_one(lock):
        pytest.fail("both held the lock")
    with only_one(lock):
        pass
