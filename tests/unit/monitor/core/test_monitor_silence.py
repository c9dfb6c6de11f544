"""Silence: longer than the source ever paused."""

from __future__ import annotations

from swirl.monitor.core.silence import Silence


def after(learned: str, then: str) -> Silence:
    """`x` is a window with points, `.` one without."""
    found = Silence()
    for window in learned:
        found.step(window == "x", learning=True)
    for window in then:
        found.step(window == "x", learning=False)
    return found


def test_a_span_without_points_is_silence() -> None:
    assert not after("xxxxx", "..").silent
    assert after("xxxxx", "...").silent
    assert not after("xxxxx", "...x").silent


def test_a_source_that_pauses_is_waited_for_twice_as_long() -> None:
    found = after("x..x.x...x", "......")
    assert found.patience == 7
    assert not found.silent
    assert after("x..x.x...x", ".......").silent


def test_the_time_before_the_first_point_is_no_pause() -> None:
    assert after("..........xxx", "").patience == 3


def test_patience_does_not_grow_with_faults() -> None:
    assert after("xxx", "..x....x......x").patience == 3


def test_a_single_pause_among_many_is_not_usual() -> None:
    assert after("xxxxxxxx...xxx", "").patience == 3
    assert after("xxxxxxxx...xxx...x", "").patience == 7


def test_a_source_that_pauses_no_longer_is_waited_for_no_longer() -> None:
    found = after("x...x...x...x" + "x" * 178, "")
    assert found.patience == 7
    found.step(True, learning=True)
    found.step(True, learning=True)
    assert found.patience == 3
