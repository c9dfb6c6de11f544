from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swirl.api.v1alpha1.analyticsjob import Retry
from swirl.wire.reasons import Kind, OutcomeReason
from swirl_operator.kinds.analyticsrun.retry import (
    FIRST_LOSS_SECONDS,
    LONGEST_LOSS_SECONDS,
    Again,
    FailedAttempt,
    GiveUp,
    Tally,
    backoff,
    counted,
    decide,
)

POLICY = Retry(limit=3, backoff_seconds=10, max_backoff_seconds=60, reset_after_seconds=600)
AT = datetime(2026, 1, 31, 12, tzinfo=UTC)
ERROR, LOSS = OutcomeReason.USER_ERROR, OutcomeReason.EVICTED
OF_KIND = {kind: [reason for reason in OutcomeReason if reason.kind is kind] for kind in Kind}


def attempt(
    seconds: float = 5, reason: OutcomeReason = ERROR, *, permanent: bool = False
) -> FailedAttempt:
    return FailedAttempt(AT, timedelta(seconds=seconds), reason, permanent)


@pytest.mark.parametrize(("row", "seconds"), [(1, 10), (2, 20), (3, 40), (4, 60), (90, 60)])
def test_the_wait_doubles_up_to_the_longest(row: int, seconds: int) -> None:
    assert backoff(row, 10, 60) == timedelta(seconds=seconds)


def test_the_longest_wait_also_bounds_the_first() -> None:
    assert backoff(1, 100, 50) == timedelta(seconds=50)


@pytest.mark.parametrize("reason", OF_KIND[Kind.USER])
def test_limit_is_how_many_failures_are_followed_by_another_attempt(reason: OutcomeReason) -> None:
    followed = [decide(Tally(n), attempt(reason=reason), POLICY, streaming=False) for n in range(4)]
    assert followed[:3] == [
        Again(AT + timedelta(seconds=10), Tally(1)),
        Again(AT + timedelta(seconds=20), Tally(2)),
        Again(AT + timedelta(seconds=40), Tally(3)),
    ]
    assert followed[3] == GiveUp(Tally(4), "4 failed in a row and retry.limit is 3")


def test_limit_zero_means_one_attempt() -> None:
    assert isinstance(decide(Tally(), attempt(), Retry(limit=0), streaming=False), GiveUp)


@pytest.mark.parametrize("streaming", [True, False])
@pytest.mark.parametrize("reason", [ERROR, OutcomeReason.DRIVER_LOST])
def test_an_attempt_that_failed_for_good_is_never_repeated(
    streaming: bool, reason: OutcomeReason
) -> None:
    failed = attempt(10_000, reason, permanent=True)
    decision = decide(Tally(), failed, POLICY, streaming=streaming)
    assert decision == GiveUp(Tally(1), "the cause does not go away by itself")


@pytest.mark.parametrize("reason", OF_KIND[Kind.PERMANENT])
def test_a_permanent_reason_is_never_repeated(reason: OutcomeReason) -> None:
    assert isinstance(decide(Tally(), attempt(reason=reason), POLICY, streaming=True), GiveUp)


def test_a_reason_that_the_policy_does_not_name_is_not_repeated() -> None:
    policy = Retry(reasons=["OutOfMemory"])
    assert decide(Tally(), attempt(), policy, streaming=False) == GiveUp(
        Tally(1), "retry.reasons does not name UserError"
    )
    again = decide(Tally(), attempt(reason=OutcomeReason.OUT_OF_MEMORY), policy, streaming=False)
    assert isinstance(again, Again)


@pytest.mark.parametrize("reason", [*OF_KIND[Kind.LOSS], *OF_KIND[Kind.WAIT]])
@pytest.mark.parametrize("streaming", [True, False])
def test_what_the_cluster_did_is_never_counted_and_never_final(
    reason: OutcomeReason, streaming: bool
) -> None:
    """Neither by the limit nor by what the policy names; waits grow up to the longest."""
    policy, tally, waits = Retry(limit=0, reasons=[]), Tally(0), []
    for _ in range(20):
        decision = decide(tally, attempt(reason=reason), policy, streaming=streaming)
        assert isinstance(decision, Again)
        tally = decision.tally
        waits.append((decision.at - AT).total_seconds())
    assert tally == Tally(0, 20)
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (FIRST_LOSS_SECONDS, LONGEST_LOSS_SECONDS)


def test_losses_keep_the_failures_and_a_failure_ends_the_row_of_losses() -> None:
    tally = counted(Tally(2), attempt(reason=LOSS), POLICY, streaming=False)
    assert tally == Tally(2, 1)
    assert counted(tally, attempt(), POLICY, streaming=False) == Tally(3)


@pytest.mark.parametrize("streaming", [True, False])
def test_a_row_of_losses_begins_anew_after_an_attempt_that_ran_for_long(streaming: bool) -> None:
    tally = counted(Tally(2, 9), attempt(600, LOSS), POLICY, streaming=streaming)
    assert tally == Tally(0 if streaming else 2, 1)


@pytest.mark.parametrize(("seconds", "count"), [(599.9, 4), (600, 1), (10_000, 1)])
def test_a_stream_that_ran_for_long_starts_counting_anew(seconds: float, count: int) -> None:
    assert counted(Tally(3), attempt(seconds), POLICY, streaming=True) == Tally(count)


def test_a_batch_attempt_counts_however_long_it_ran() -> None:
    assert counted(Tally(3), attempt(10_000), POLICY, streaming=False) == Tally(4)


@given(
    st.integers(0, 90),
    st.integers(1, 3600),
    st.integers(1, 86400),
    st.booleans(),
    st.lists(st.sampled_from([ERROR, LOSS, OutcomeReason.IMAGE_PULL]), max_size=300),
)
def test_as_many_failures_as_the_limit_are_followed_by_another_attempt(
    limit: int, first: int, longest: int, streaming: bool, reasons: list[OutcomeReason]
) -> None:
    policy = Retry(limit=limit, backoff_seconds=first, max_backoff_seconds=longest)
    tally, failures = Tally(), 0
    for reason in reasons:
        decision = decide(tally, attempt(0, reason), policy, streaming=streaming)
        failures += reason is ERROR
        assert isinstance(decision, GiveUp) == (reason is ERROR and failures > limit)
        if isinstance(decision, GiveUp):
            return
        tally = decision.tally
        most = longest if reason is ERROR else LONGEST_LOSS_SECONDS
        assert timedelta(0) < decision.at - AT <= timedelta(seconds=most)
    assert tally.failures == failures
