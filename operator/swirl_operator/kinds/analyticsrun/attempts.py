"""Attempts as a run's status lists them, and how the list is made anew from Pods. Pure.

A status may get lost, as when objects are restored from a backup or written by hand. What the run
executes stands in its spec and how its attempts ended in their Pods, so nothing is run twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from swirl.api.v1alpha1.analyticsjob import Retry
from swirl.wire.reasons import OutcomeReason
from swirl.wire.times import from_rfc3339
from swirl_operator.kinds.analyticsrun import retry
from swirl_operator.kinds.analyticsrun.names import attempt_number
from swirl_operator.kinds.analyticsrun.report import CONTAINER, Report, read, returned_stream
from swirl_operator.kinds.analyticsrun.retry import FailedAttempt, Tally
from swirl_operator.pods.image import image_id
from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.objects import name_of
from swirl_operator.status.reasons import outcome_reason

MOST_KEPT = 10


def looked_at(attempt: Object, pod: Object, report: Report) -> Object:
    """The attempt as its driver's Pod is now."""
    found = {**attempt, "podUid": pod["metadata"]["uid"], "outcome": report.state}
    if (image := image_id(pod, CONTAINER)) is not None:
        found["imageID"] = image
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


def failed(attempt: Object, *, permanent: bool = False) -> FailedAttempt:
    """The closed attempt as the retry policy sees it."""
    finished = from_rfc3339(attempt["finishedAt"])
    started = from_rfc3339(attempt["startedAt"]) if attempt.get("startedAt") else finished
    # Of a word that nobody knows the user's own limit decides, as of any failure.
    reason = outcome_reason(attempt.get("reason")) or OutcomeReason.DRIVER_FAILED
    return FailedAttempt(finished, max(finished - started, timedelta(0)), reason, permanent)


def from_pods(run: str, pods: Iterable[Object]) -> list[Object]:
    """The attempts of the run whose driver Pods are still there, the newest as if just begun.

    The newest is looked at like any other; that there is a newer one says of the rest that they
    failed.
    """
    numbered = [(attempt_number(run, name_of(pod)), pod) for pod in pods]
    drivers = sorted(
        ((number, pod) for number, pod in numbered if number is not None), key=lambda item: item[0]
    )
    older = [_failed_before(*driver) for driver in drivers[:-1]]
    return [*older, *(_begun(*driver) for driver in drivers[-1:])][-MOST_KEPT:]


def before_last(attempts: Sequence[Object], policy: Retry, *, streaming: bool) -> Tally:
    """The tally before the last attempt, as far as the attempts still tell it.

    An attempt whose Pod is gone is counted as nothing: it may have been a loss.
    """
    tally = Tally()
    for attempt in attempts[:-1]:
        tally = retry.counted(tally, failed(attempt), policy, streaming=streaming)
    return tally


def _begun(number: int, pod: Object) -> Object:
    return {
        "number": number,
        "pod": name_of(pod),
        "podUid": pod["metadata"]["uid"],
        "intendedAt": pod["metadata"]["creationTimestamp"],
        "outcome": "Pending",
    }


def _failed_before(number: int, pod: Object) -> Object:
    report = read(pod)
    attempt = looked_at(_begun(number, pod), pod, report)
    if report.state == "Succeeded":
        # Only of a stream can there be another attempt after it.
        report = returned_stream(report, pod)
    return closed(attempt, report, attempt["intendedAt"]) | {"outcome": "Failed"}
