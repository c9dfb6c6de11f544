"""The time of the log."""

from __future__ import annotations

from swirl.monitor.core.log_clock import GAP_MS, SETTLE_MS, LogClock


def test_the_clock_stands_still_after_a_gap_in_the_log() -> None:
    clock = LogClock()
    assert clock.record(1_000) == 1_000
    back = 1_000 + GAP_MS + 1
    assert clock.record(back) is None
    assert clock.record(back + SETTLE_MS - 1) is None
    assert clock.live(back + SETTLE_MS - 1) is None
    assert clock.record(back + SETTLE_MS) == back + SETTLE_MS


def test_the_clock_of_the_present_stands_still_after_an_outage() -> None:
    clock = LogClock()
    clock.outage_ended(50_000)
    assert clock.record(40_000) == 40_000
    assert clock.live(50_000 + SETTLE_MS - 1) is None
    assert clock.live(50_000 + SETTLE_MS) == 50_000 + SETTLE_MS


def test_silence_of_a_log_that_can_be_written_is_silence() -> None:
    clock = LogClock()
    clock.record(1_000)
    assert clock.live(1_000 + 10 * GAP_MS) == 1_000 + 10 * GAP_MS
