from __future__ import annotations

from swirl_operator.runtime.pace import Pace
from tests.unit.operator.runtime.fakes import FakeClock


def allowed(pace: Pace, tries: int) -> int:
    return sum(pace.allows() for _ in range(tries))


def test_so_many_at_once_and_then_none() -> None:
    clock = FakeClock()
    assert allowed(Pace(at_once=3, per_second=1.0, clock=clock.time), 10) == 3


def test_then_so_many_a_second() -> None:
    clock = FakeClock()
    pace = Pace(at_once=3, per_second=0.5, clock=clock.time)
    allowed(pace, 10)
    clock.advance(4.0)
    assert allowed(pace, 10) == 2


def test_a_pause_saves_up_no_more_than_what_is_allowed_at_once() -> None:
    clock = FakeClock()
    pace = Pace(at_once=3, per_second=1.0, clock=clock.time)
    clock.advance(1000.0)
    assert allowed(pace, 10) == 3
