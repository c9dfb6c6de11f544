from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swirl.api.v1alpha1.analyticsjob import Retry
from swirl_operator.kinds.analyticsrun.retry import (
    Again,
    FailedAttempt,
    GiveUp,
    backoff,
    decide,
    failures_in_a_row,
)

POLICY = Retry(limit=3, backoff_seconds=10, max_backoff_seconds=60, reset_after_seconds=600)
AT = datetime(2026, 1, 31, 12, tzinfo=UTC)


def attempt(seconds: float = 5, *, permanent: bool = False) -> FailedAttempt:
    return FailedAttempt(AT, timedelta(seconds=seconds), permanent)


@pytest.mark.parametrize(("failures", "seconds"), [(1, 10), (2, 20), (3, 40), (4, 60), (90, 60)])
def test_the_wait_doubles_up_to_the_longest(failures: int, seconds: int) -> None:
    assert backoff(failures, POLICY) == timedelta(seconds=seconds)


def test_the_longest_wait_also_bounds_the_first() -> None:
    policy = Retry(backoff_seconds=100, max_backoff_seconds=50)
    assert backoff(1, policy) == timedelta(seconds=50)


def test_limit_is_how_many_failures_are_followed_by_another_attempt() -> None:
    followed = [decide(n, attempt(), POLICY, streaming=False) for n in range(4)]
    assert followed[:3] == [
        Again(AT + timedelta(seconds=10), 1),
        Again(AT + timedelta(seconds=20), 2),
        Again(AT + timedelta(seconds=40), 3),
    ]
    assert followed[3] == GiveUp(4, "4 failed in a row and retry.limit is 3")


def test_limit_zero_means_one_attempt() -> None:
    assert isinstance(decide(0, attempt(), Retry(limit=0), streaming=False), GiveUp)


@pytest.mark.parametrize("streaming", [True, False])
def test_a_permanent_failure_is_never_repeated(streaming: bool) -> None:
    decision = decide(0, attempt(10_000, permanent=True), POLICY, streaming=streaming)
    assert decision == GiveUp(1, "the cause does not go away by itself")


@pytest.mark.parametrize(("seconds", "count"), [(599.9, 4), (600, 1), (10_000, 1)])
def test_a_stream_that_ran_for_long_starts_counting_anew(seconds: float, count: int) -> None:
    assert failures_in_a_row(3, attempt(seconds), POLICY, streaming=True) == count


def test_a_batch_attempt_counts_however_long_it_ran() -> None:
    assert failures_in_a_row(3, attempt(10_000), POLICY, streaming=False) == 4


@given(st.integers(0, 90), st.integers(1, 3600), st.integers(1, 86400), st.booleans())
def test_at_most_one_attempt_more_than_the_limit(
    limit: int, first: int, longest: int, streaming: bool
) -> None:
    policy = Retry(limit=limit, backoff_seconds=first, max_backoff_seconds=longest)
    failures, attempts, waits = 0, 1, []
    while isinstance(again := decide(failures, attempt(0), policy, streaming=streaming), Again):
        failures = again.failures
        waits.append(again.at - AT)
        attempts += 1
    assert attempts == limit + 1
    assert waits == sorted(waits)
    assert all(timedelta(0) < wait <= timedelta(seconds=longest) for wait in waits)
