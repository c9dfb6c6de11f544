"""When an anomaly counts."""

from __future__ import annotations

from swirl.monitor.core.persistence import Persistence


def test_needs_windows_in_a_row() -> None:
    found = Persistence(2)
    found.step(1, True)
    assert found.suspected
    assert not found.confirmed
    found.step(2, False)
    found.step(3, True)
    assert not found.confirmed
    found.step(4, True)
    assert found.confirmed
    assert found.onset == 3


def test_a_freak_window_never_confirms() -> None:
    found = Persistence(2)
    for index in range(3):
        found.step(index, True, sustained=False)
    assert not found.confirmed
    found.step(3, True, sustained=True)
    assert found.confirmed


def test_the_onset_may_lie_before_the_first_anomalous_window() -> None:
    found = Persistence(1)
    found.step(5, True, begin=3)
    found.step(6, True, begin=6)
    assert found.onset == 3


def test_counts_the_calm() -> None:
    found = Persistence(1)
    found.step(0, True)
    for index in range(1, 4):
        found.step(index, False)
    assert found.calm == 3
    assert found.onset is None
    assert not found.sustained


def test_what_lasts_longer_than_a_freak_can_confirms() -> None:
    found = Persistence(2)
    for index in range(4):
        found.step(index, True, sustained=False)
        assert not found.confirmed
    found.step(4, True, sustained=False)
    assert found.confirmed
