"""Waiting for a value."""

from __future__ import annotations

import io

import pytest

from devtools.errors import ToolError
from devtools.progress import Progress
from devtools.wait import Seen, TimedOut, wait_for
from tests.unit.devtools.clock import Clock


def test_waiting_ends_with_the_value() -> None:
    clock = Clock()

    def look() -> Seen[str]:
        return Seen("there" if clock.now >= 3 else None, "on its way")

    found = wait_for("it", look, timeout=9, clock=clock, sleep=clock.sleep)
    assert (found, clock.now) == ("there", 3)


def test_what_is_there_is_not_waited_for() -> None:
    assert wait_for("it", lambda: Seen("there", ""), timeout=0) == "there"


def test_waiting_shows_each_new_state_and_a_line_every_ten_seconds() -> None:
    clock, stream = Clock(), io.StringIO()
    progress = Progress(stream, clock)

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


def test_waiting_in_vain_ends_with_what_looking_says() -> None:
    def look() -> Seen[bool]:
        raise ToolError("it has ended")

    with pytest.raises(ToolError, match="it has ended"):
        wait_for("it", look, timeout=60)
