"""Attempts as a run's status lists them, and how the list is made anew from Pods. Pure.

A status may get lost, as when objects are restored from a backup or written by hand. What the run
executes stands in its spec and how its attempts ended in their Pods, so nothing is run twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from swirl.api.v1alpha1.analyticsjob import Retry
from swirl.wire import labels
from swirl.wire.times import from_rfc3339
from swirl_operator.kinds.analyticsrun import retry
from swirl_operator.kinds.analyticsrun.report import Report, read, returned_stream
from swirl_operator.kinds.analyticsrun.retry import FailedAttempt
from swirl_operator.pods.roles import DRIVER, has_role
from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.objects import labels_of, name_of

MOST_KEPT = 10


def looked_at(attempt: Object, pod: Object, report: Report) -> Object:
    """The attempt as its driver's Pod is now."""
    found = {**attempt, "podUid": pod["metadata"]["uid"], "outcome": report.state}
    return {**found, "startedAt": report.started_at} if report.started_at else found


def closed(attempt: Object, report: Report, now: str) -> Object:
    """The attempt with its end, as its driver's Pod reports it."""
    return {
        **attempt,
        "outcome": report.state,
        "reason": report.reason,
        "message": report.message[:4096],
        "finishedAt": report.finished_at or now,
    }


def failed(attempt: Object, *, permanent: bool) -> FailedAttempt:
    """The closed attempt as the retry policy sees it."""
    finished = from_rfc3339(attempt["finishedAt"])
    started = from_rfc3339(attempt["startedAt"]) if attempt.get("startedAt") else finished
    return FailedAttempt(finished, max(finished - started, timedelta(0)), permanent)


def from_pods(pods: Iterable[Object]) -> list[Object]:
    """The attempts whose driver Pods are still there, the newest one as if it was just begun.

    The newest is looked at like any other; that there is a newer one says of the rest that they
    failed.
    """
    drivers = sorted((pod for pod in pods if has_role(pod, DRIVER)), key=_number)
    older = [_failed_before(pod) for pod in drivers[:-1]]
    return [*older, *map(_begun, drivers[-1:])][-MOST_KEPT:]


def failures_before_last(attempts: Sequence[Object], policy: Retry, *, streaming: bool) -> int:
    """Failures in a row before the last attempt, as far as the attempts still tell it."""
    if not streaming:
        return int(attempts[-1]["number"]) - 1
    failures = 0
    for attempt in attempts[:-1]:
        failures = retry.failures_in_a_row(
            failures, failed(attempt, permanent=False), policy, streaming=True
        )
    return failures


def _number(pod: Object) -> int:
    return int(labels_of(pod)[labels.ATTEMPT])


def _begun(pod: Object) -> Object:
    return {
        "number": _number(pod),
        "pod": name_of(pod),
        "podUid": pod["metadata"]["uid"],
        "intendedAt": pod["metadata"]["creationTimestamp"],
        "outcome": "Pending",
    }


def _failed_before(pod: Object) -> Object:
    report = read(pod)
    attempt = looked_at(_begun(pod), pod, report)
    if report.state == "Succeeded":
        # Only of a stream can there be another attempt after it.
        report = returned_stream(report)
    return closed(attempt, report, attempt["intendedAt"]) | {"outcome": "Failed"}
