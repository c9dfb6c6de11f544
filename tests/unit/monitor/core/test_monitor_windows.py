"""Windows of event time: what counts where, and when."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from swirl.api.v1alpha1.swirlmonitor import Selector
from swirl.monitor.core.windows import FUTURE_MS, Totals, Windows
from swirl.wire.point import Point
from swirl.wire.times import Millis

T0 = 1_700_000_000_000
ANY = Selector(metric="m")
RED = Selector(metric="m", labels={"colour": "red"})


def windows(*selectors: Selector) -> Windows:
    return Windows(selectors or (ANY,), 5_000, 5_000, 900_000)


def point(at: float, value: float = 1.0, **labels: str) -> Point:
    return Point("m", T0 + int(at * 1000), value, labels)


def closed(found: Windows, until: float) -> list[list[Totals | None]]:
    return [totals for _, totals in found.close(Millis(T0 + int(until * 1000)))]


def test_a_window_stays_open_for_its_lateness() -> None:
    found = windows()
    found.add([point(0), point(4.999, 2)])
    assert closed(found, 9.999) == []
    ((totals,),) = closed(found, 10)
    assert totals == Totals(3.0, 2, 2.0, T0 + 4999, True)


def test_late_points_are_counted_not_used() -> None:
    found = windows()
    found.add([point(1)])
    closed(found, 10)
    found.add([point(2), point(6)])
    assert found.late == 1
    ((totals,),) = closed(found, 15)
    assert totals is not None
    assert totals.count == 1


def test_windows_without_points_are_closed_too() -> None:
    found = windows()
    found.add([point(1)])
    assert len(closed(found, 40)) == 7


def test_nothing_is_closed_before_the_first_point() -> None:
    assert closed(windows(), 1_000) == []


def test_a_point_counts_in_every_series_that_selects_it() -> None:
    found = windows(ANY, RED, Selector(metric="other"))
    found.add([point(1, 5, colour="red", size="s"), point(2, 7, colour="blue"), point(3, 1)])
    ((every, red, other),) = closed(found, 10)
    assert every is not None
    assert red is not None
    assert (every.sum, red.sum, other) == (13.0, 5.0, None)


def test_a_delivery_that_comes_again_is_not_counted_again() -> None:
    found = windows()
    for _ in range(3):
        found.add([point(1), point(1)], batch="x")
    ((totals,),) = closed(found, 10)
    assert totals is not None
    assert totals.count == 2
    assert found.repeated_batches == 2


def test_a_wrong_clock_cannot_fill_the_memory_or_stop_time() -> None:
    found = windows()
    found.add([point(1)])
    closed(found, 10)
    ahead = T0 + 10_000 + FUTURE_MS
    stray = [Point("m", time, 1.0, {}) for time in (ahead, ahead + 1, 0)]
    found.add(stray, written=Millis(T0 + 10_000))
    assert (found.future, found.late) == (1, 1)


def test_a_point_from_1970_does_not_open_a_billion_windows() -> None:
    found = windows()
    found.add([Point("m", 0, 1.0, {}), point(1)])
    assert len(closed(found, 10)) == 1
    assert found.late == 1


@given(
    st.lists(st.tuples(st.integers(0, 29_999), st.floats(-1e6, 1e6)), min_size=1, max_size=60),
    st.randoms(use_true_random=False),
)
def test_the_order_of_points_changes_nothing_to_the_last_bit(
    raw: list[tuple[int, float]], chance: random.Random
) -> None:
    points = [Point("m", T0 + at, value, {}) for at, value in raw]
    shuffled = points.copy()
    chance.shuffle(shuffled)
    one, other = windows(), windows()
    one.add(points)
    for item in shuffled:
        other.add([item])
    assert closed(one, 60) == closed(other, 60)


def test_before_the_first_window_time_may_go_back() -> None:
    found = windows()
    assert closed(found, 1_000) == []
    found.add([point(1)])
    assert closed(found, 5) == []
    assert len(closed(found, 10)) == 1


def test_values_that_no_sum_can_hold_are_counted_and_dropped() -> None:
    found = windows()
    huge = 1.7e308
    found.add([point(1, huge), point(2, huge), point(3, -huge), point(4, 2.0)])
    ((totals,),) = closed(found, 10)
    assert totals is not None
    assert (totals.sum, totals.count, found.huge) == (2.0, 1, 3)
