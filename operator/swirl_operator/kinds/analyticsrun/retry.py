"""When a run is retried: the one place that decides it.

What follows from an attempt's end is in the kind of its reason. What another attempt cannot cure
ends the run. What the user's code or settings did is tried again as `retry` says: after a wait that
doubles with each failure in a row, until the limit. What the cluster did (it took the Pod away, or
could not start it) is nobody's failure: it is tried again until it ends, never counted, and its
waits grow on their own.

An attempt that ran for long enough was a good one. A stream counts its failures anew after it, so
that one which fails once a week is not given up in its first month; losses begin anew after it in
any run.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from swirl.api.v1alpha1.analyticsjob import Retry
from swirl.wire.reasons import Kind, OutcomeReason

FIRST_LOSS_SECONDS = 2
LONGEST_LOSS_SECONDS = 300


@dataclass(frozen=True, slots=True)
class FailedAttempt:
    """The attempt that just failed; `permanent` whatever the kind of its reason is."""

    finished_at: datetime
    ran_for: timedelta
    reason: OutcomeReason
    permanent: bool = False

    @property
    def is_loss(self) -> bool:
        """Whether the cluster ended it, or could not begin it."""
        return not self.permanent and self.reason.kind in (Kind.LOSS, Kind.WAIT)


@dataclass(frozen=True, slots=True)
class Tally:
    """Attempts in a row: what the user's code ended, and since then what the cluster ended."""

    failures: int = 0
    losses: int = 0


@dataclass(frozen=True, slots=True)
class Again:
    """Start the next attempt at `at`."""

    at: datetime
    tally: Tally


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The run failed; `why` completes the sentence `not retried: …`."""

    tally: Tally
    why: str


def counted(before: Tally, attempt: FailedAttempt, policy: Retry, *, streaming: bool) -> Tally:
    """The tally after the attempt, given the one before it."""
    was_good = attempt.ran_for >= timedelta(seconds=policy.reset_after_seconds)
    failures = 0 if was_good and streaming else before.failures
    if not attempt.is_loss:
        return Tally(failures + 1)
    return Tally(failures, 1 if was_good else before.losses + 1)


def backoff(row: int, first: int, longest: int) -> timedelta:
    """The wait after so many in a row: it doubles from the first to the longest."""
    # The exponent is bounded so that a long row cannot overflow timedelta.
    return timedelta(seconds=min(first * 2 ** min(row - 1, 30), longest))


def decide(
    before: Tally, attempt: FailedAttempt, policy: Retry, *, streaming: bool
) -> Again | GiveUp:
    """What follows a failed attempt that came after `before`."""
    tally = counted(before, attempt, policy, streaming=streaming)
    if attempt.is_loss:
        wait = backoff(tally.losses, FIRST_LOSS_SECONDS, LONGEST_LOSS_SECONDS)
        return Again(attempt.finished_at + wait, tally)
    if attempt.permanent or attempt.reason.kind is not Kind.USER:
        return GiveUp(tally, "the cause does not go away by itself")
    if attempt.reason not in policy.reasons:
        return GiveUp(tally, f"retry.reasons does not name {attempt.reason}")
    if tally.failures > policy.limit:
        return GiveUp(tally, f"{tally.failures} failed in a row and retry.limit is {policy.limit}")
    wait = backoff(tally.failures, policy.backoff_seconds, policy.max_backoff_seconds)
    return Again(attempt.finished_at + wait, tally)
