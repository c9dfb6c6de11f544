"""What is kept, how it is seen, and when it must be written."""

from __future__ import annotations

from typing import Any

import pytest

from swirl_operator.runtime.held import HeldStatuses
from swirl_operator.runtime.interface import Event, Object
from swirl_operator.runtime.pace import Pace
from tests.unit.operator.runtime.fakes import FakeClock, held, obj

MADE, PULLED = Event("Normal", "Made", "m"), Event("Normal", "Pulled", "p")
STORED = {"state": "new", "verdict": "theirs"}
OWNED = frozenset({"state"})


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def full(clock: FakeClock) -> HeldStatuses:
    """Nothing is written at once any more."""
    return held(clock, at_once=0)


def stored(status: Any = None, **metadata: Any) -> Object:
    found = obj(status=dict(STORED if status is None else status))
    found["metadata"].update(metadata)
    return found


def test_the_first_ones_are_written_at_once(clock: FakeClock) -> None:
    statuses = held(clock, at_once=2)
    assert statuses.keep(stored(), {"state": "a"}, ()) is None
    assert statuses.keep(stored(), {"state": "b"}, ()) is None
    assert statuses.keep(stored(), {"state": "c"}, ()) == 10.0


def test_nothing_is_written_at_once_while_new_work_waits(clock: FakeClock) -> None:
    waiting = [True]
    pace = Pace(at_once=2, per_second=0.0, clock=clock.time)
    statuses = HeldStatuses(pace=pace, busy=lambda: waiting[0], clock=clock.time)
    assert statuses.keep(stored(), {"state": "a"}, ()) == 10.0
    waiting[0] = False
    assert statuses.keep(stored(), {"state": "b"}, ()) is None


def test_what_is_kept_is_seen_as_if_it_was_written(full: HeldStatuses) -> None:
    full.keep(stored(), {"state": "runs", "more": 1}, ())
    seen = full.observed(stored(), OWNED)
    assert seen["status"] == {"state": "runs", "more": 1, "verdict": "theirs"}
    assert stored()["status"] == STORED
    assert full.observed(stored(uid="another"), OWNED)["status"] == STORED


def test_a_field_of_the_operators_that_is_left_out_is_gone(full: HeldStatuses) -> None:
    full.keep(stored({"state": "a", "old": 1}), {"state": "b"}, ())
    seen = full.observed(stored({"state": "a", "old": 1}), frozenset({"state", "old"}))
    assert seen["status"] == {"state": "b"}


def test_the_next_one_takes_its_place_and_not_its_time(
    full: HeldStatuses, clock: FakeClock
) -> None:
    full.keep(stored(), {"state": "a"}, ())
    clock.advance(6.0)
    assert full.keep(stored(), {"state": "b"}, ()) == 4.0
    clock.advance(4.0)
    assert full.keep(stored(), {"state": "c"}, ()) is None


def test_the_same_again_costs_nothing_of_the_pace(clock: FakeClock) -> None:
    pace = Pace(at_once=1, per_second=0.5, clock=clock.time)
    statuses = HeldStatuses(pace=pace, clock=clock.time)
    assert statuses.keep(stored(), {"state": "a"}, ()) is None
    assert statuses.keep(stored(), {"state": "b"}, (MADE,)) == 10.0
    clock.advance(4.0)
    assert statuses.keep(stored(), {"state": "b"}, (MADE,)) == 6.0
    assert pace.allows()
    assert statuses.release("u") == (MADE,)


def test_events_are_kept_in_order_and_given_back_once(full: HeldStatuses) -> None:
    full.keep(stored(), {"state": "a"}, (MADE,))
    full.keep(stored(), {"state": "b"}, (PULLED,))
    assert full.release("u") == (MADE, PULLED)
    assert full.release("u") == ()
    assert full.of(stored()) is None


def test_a_spec_that_changes_takes_nothing_away(full: HeldStatuses) -> None:
    full.keep(stored(), {"state": "a"}, ())
    edited = {**stored(resourceVersion="9"), "spec": {"new": True}}
    assert full.of(edited) == {"state": "a"}


def test_a_status_that_somebody_else_writes_or_loses_counts(full: HeldStatuses) -> None:
    full.keep(stored(), {"state": "a"}, ())
    other = stored({"state": "new", "verdict": "another"})
    assert full.observed(other, OWNED) is other
    assert full.of(stored()) is None
