"""Which finished runs are deleted."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from swirl_operator.kinds.analyticsjob.history import surplus
from swirl_operator.runtime.interface import Object
from tests.unit.operator.kinds.observed import (
    ended,
    run,
)


def finished(name: str, outcome: str, hour: int, **more: Any) -> Object:
    return run(name, status=ended(outcome, at=f"2026-01-31T{hour:02}:00:00Z"), **more)


def names(found: list[Object]) -> list[str]:
    return [obj["metadata"]["name"] for obj in found]


def kept_two(runs: list[Object], *needed: str) -> list[str]:
    return names(surplus(runs, needed=needed, succeeded_limit=2, failed_limit=1))


def test_the_oldest_go_and_each_outcome_has_its_own_limit() -> None:
    runs = [
        finished("d", "Succeeded", 1),
        finished("c", "Succeeded", 2),
        finished("b", "Succeeded", 3),
        finished("f", "Failed", 1),
        finished("g", "Cancelled", 2),
        run("r"),
    ]
    assert kept_two(runs) == ["d", "f"]


def test_what_is_needed_stays_however_old_and_does_not_count() -> None:
    runs = [finished(name, "Succeeded", hour) for hour, name in enumerate("abcde")]
    assert kept_two(runs, "a") == ["b", "c"]
    assert kept_two(runs, "a", "b", "c") == []


def test_what_is_being_deleted_is_not_deleted_again() -> None:
    gone = finished("a", "Succeeded", 1, metadata={"deletionTimestamp": "2026-01-31T11:00:00Z"})
    assert kept_two([gone, *(finished(name, "Succeeded", 2) for name in "bc")]) == []


@given(
    st.lists(
        st.tuples(
            st.sampled_from(("Succeeded", "Failed", "Cancelled", "Running")), st.integers(0, 23)
        )
    ),
    st.integers(1, 5),
    st.integers(1, 5),
)
def test_what_is_kept_is_newer_than_what_goes(
    drawn: list[tuple[str, int]], succeeded: int, failed: int
) -> None:
    runs = [finished(f"run-{n}", *what) for n, what in enumerate(drawn)]
    deleted = names(surplus(runs, needed=(), succeeded_limit=succeeded, failed_limit=failed))
    for outcomes, limit in ((("Succeeded",), succeeded), (("Failed", "Cancelled"), failed)):
        mine = {f"run-{n}": hour for n, (what, hour) in enumerate(drawn) if what in outcomes}
        kept = {name: hour for name, hour in mine.items() if name not in deleted}
        assert len(kept) == min(len(mine), limit)
        gone = [mine[name] for name in deleted if name in mine]
        assert max(gone, default=0) <= min(kept.values(), default=23)
    assert not [name for name in deleted if drawn[int(name[4:])][0] == "Running"]
