"""When a run is retried: the one place that decides it.

An attempt that failed for good (wrong parameters, no such function) is never repeated. Otherwise
the next attempt follows after a wait that doubles with each failure in a row, until the limit.
A Streaming attempt that ran for long enough was a good one: the count starts anew after it, so a
stream that fails once a week is not given up in its first month.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from swirl.api.v1alpha1.analyticsjob import Retry


@dataclass(frozen=True, slots=True)
class FailedAttempt:
    """The attempt that just failed."""

    finished_at: datetime
    ran_for: timedelta
    permanent: bool


@dataclass(frozen=True, slots=True)
class Again:
    """Start the next attempt at `at`; `failures` in a row have happened."""

    at: datetime
    failures: int


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The run failed; `why` completes the sentence `not retried: …`."""

    failures: int
    why: str


def failures_in_a_row(
    before: int, attempt: FailedAttempt, policy: Retry, *, streaming: bool
) -> int:
    """How many failures in a row there are, given how many there were before this one."""
    was_good = streaming and attempt.ran_for >= timedelta(seconds=policy.reset_after_seconds)
    return 1 if was_good else before + 1


def backoff(failures: int, policy: Retry) -> timedelta:
    """The wait after so many failures in a row."""
    # The exponent is bounded so that a long row of failures cannot overflow timedelta.
    seconds = policy.backoff_seconds * 2 ** min(failures - 1, 30)
    return timedelta(seconds=min(seconds, policy.max_backoff_seconds))


def decide(
    before: int, attempt: FailedAttempt, policy: Retry, *, streaming: bool
) -> Again | GiveUp:
    """What follows a failed attempt that was preceded by `before` failures in a row."""
    failures = failures_in_a_row(before, attempt, policy, streaming=streaming)
    if attempt.permanent:
        return GiveUp(failures, "the cause does not go away by itself")
    if failures > policy.limit:
        return GiveUp(failures, f"{failures} failed in a row and retry.limit is {policy.limit}")
    return Again(attempt.finished_at + backoff(failures, policy), failures)
