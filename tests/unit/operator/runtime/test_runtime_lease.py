"""Leader election as a pure decision."""

from __future__ import annotations

from datetime import UTC, datetime

from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.lease import (
    Move,
    Seen,
    decide,
    new_lease,
    observe,
    released,
    renewed,
    taken,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def lease(holder: str, renewed_at: str = "t0") -> Object:
    return {
        "metadata": {"uid": "u", "resourceVersion": "1"},
        "spec": {
            "holderIdentity": holder,
            "leaseDurationSeconds": 15,
            "renewTime": renewed_at,
            "leaseTransitions": 3,
        },
    }


def test_no_lease_is_created_and_an_empty_one_taken() -> None:
    assert decide(Seen(None, 0.0), "me", 0.0) is Move.CREATE
    assert decide(Seen(lease(""), 0.0), "me", 0.0) is Move.TAKE


def test_my_own_is_renewed_even_after_a_restart() -> None:
    assert decide(Seen(lease("me"), 0.0), "me", 1e6) is Move.RENEW


def test_anothers_is_taken_only_after_it_was_seen_unchanged_for_its_whole_duration() -> None:
    seen = observe(None, lease("you"), 100.0)
    assert decide(seen, "me", 114.9) is Move.WAIT
    assert decide(seen, "me", 115.1) is Move.TAKE


def test_a_renewal_restarts_the_clock_and_a_mere_read_does_not() -> None:
    seen = observe(None, lease("you"), 100.0)
    same = lease("you")
    same["metadata"]["resourceVersion"] = "9"
    assert observe(seen, same, 110.0).since == 100.0
    assert observe(seen, lease("you", "t1"), 110.0).since == 110.0


def test_the_clock_of_the_holder_does_not_matter() -> None:
    seen = observe(None, lease("you", "1999-01-01T00:00:00.000000Z"), 100.0)
    assert decide(seen, "me", 101.0) is Move.WAIT


def test_records() -> None:
    fresh = new_lease("ns", "l", "me", 15.0, NOW)
    assert fresh["spec"]["holderIdentity"] == "me"
    assert fresh["spec"]["renewTime"] == "2026-01-01T00:00:00.000000Z"
    mine = taken(lease("you"), "me", 15.0, NOW)
    assert mine["spec"]["leaseTransitions"] == 4
    assert mine["metadata"]["resourceVersion"] == "1", "compare-and-swap"
    kept = renewed(mine, "me", 15.0, NOW)
    assert kept["spec"]["leaseTransitions"] == 4
    assert kept["spec"]["acquireTime"] == mine["spec"]["acquireTime"]
    assert released(kept, NOW)["spec"]["holderIdentity"] == ""
