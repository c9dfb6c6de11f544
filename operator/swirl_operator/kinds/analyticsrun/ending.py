"""Which attempts are ended before their driver is done: the one place that decides it. Pure.

What is decided is written into the attempt first, as its reason and message, while its outcome is
still `Pending` or `Running`; then its Pod is stopped, and the attempt ends as it says when nothing
of it can run any more. So no crash between two writes can take an end for another one, and the
next attempt never meets the driver of this one.

A driver that runs is stopped by its Pod's own deadline, which leaves the Pod and its log; one that
has not started has no log, and its Pod is deleted. What outlives a driver in its Pod, such as a
proxy beside it, is stopped like a driver that runs, once it is written down how the driver ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from swirl.api.v1alpha1.analyticsjob import AnalyticsJobSpec
from swirl.kube.resources import PODS
from swirl.wire import labels
from swirl.wire.reasons import Kind, OutcomeReason
from swirl.wire.times import from_rfc3339
from swirl_operator.kinds.analyticsrun.report import CONTAINER, Report, taken
from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.objects import (
    is_deleting,
    name_of,
    namespace_of,
    phase_of,
    status_of,
)
from swirl_operator.status.reasons import outcome_reason

_AT_ONCE = 1
"""Seconds: the shortest deadline that a Pod can have."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How the attempt is to end."""

    reason: OutcomeReason
    message: str


def due(
    attempt: Object,
    spec: AnalyticsJobSpec,
    now: datetime,
    *,
    suspended: bool,
    pod: Object | None,
    report: Report | None,
    waits_for: str,
    misplaced: bool = False,
) -> Ending | None:
    """How the attempt is to be ended now; None lets it go on.

    Args:
        attempt: that has not ended.
        spec: of its job.
        now: the time.
        suspended: whether its job is.
        pod: of the attempt; None while there is none.
        report: what that Pod says.
        waits_for: what keeps a driver that has not started from starting, as a sentence.
        misplaced: whether the job says otherwise by now where that Pod is to go.
    """
    if pod is not None and is_deleting(pod):
        return Ending(*taken(pod))
    started = "startedAt" in attempt
    if report is not None and report.state == "Pending":
        reason = outcome_reason(report.reason)
        if reason is not None and reason.kind is Kind.PERMANENT:
            return Ending(reason, _clause(report.message))
    if suspended and not started:
        message = "the job was suspended before the driver started"
        return Ending(OutcomeReason.DRIVER_LOST, message)
    if misplaced and not started:
        message = "the job places its Pods otherwise now, so its driver is made anew"
        return Ending(OutcomeReason.DRIVER_LOST, message)
    age = now - from_rfc3339(attempt["intendedAt"])
    if spec.timeout_seconds is not None and age >= timedelta(seconds=spec.timeout_seconds):
        message = f"it took longer than timeoutSeconds ({spec.timeout_seconds})"
        spent = (
            _ran(attempt, now) if started else f"its driver had not started: {_clause(waits_for)}"
        )
        return Ending(OutcomeReason.DEADLINE_EXCEEDED, f"{message}; {spent}")
    if started or spec.start_timeout_seconds is None:
        return None
    if age >= timedelta(seconds=spec.start_timeout_seconds):
        limit = f"startTimeoutSeconds ({spec.start_timeout_seconds})"
        message = f"its driver did not start within {limit}: {_clause(waits_for)}"
        return Ending(OutcomeReason.START_TIMEOUT, message)
    return None


def seconds_left(attempt: Object, spec: AnalyticsJobSpec, now: datetime) -> float | None:
    """Until `due` has to be asked again, None if time alone changes nothing."""
    limits = [spec.timeout_seconds]
    if "startedAt" not in attempt:
        limits.append(spec.start_timeout_seconds)
    given = [limit for limit in limits if limit is not None]
    if not given:
        return None
    moment = from_rfc3339(attempt["intendedAt"]) + timedelta(seconds=min(given))
    return max((moment - now).total_seconds(), 0.0)


def decided(attempt: Object) -> Ending | None:
    """How an attempt that has not ended is to end, if that was decided."""
    reason = outcome_reason(attempt.get("reason"))
    return None if reason is None else Ending(reason, attempt.get("message", ""))


def noted(attempt: Object, ending: Ending) -> Object:
    """The attempt with the decision."""
    return {**attempt, "reason": str(ending.reason), "message": ending.message[:4096]}


def cut_short(pod: Object) -> Object | None:
    """The manifest whose application lets the kubelet end the Pod; None if it was applied."""
    if (pod.get("spec") or {}).get("activeDeadlineSeconds") == _AT_ONCE:
        return None
    return {
        "apiVersion": PODS.api_version,
        "kind": PODS.kind,
        "metadata": {
            "name": name_of(pod),
            "namespace": namespace_of(pod),
            "labels": {labels.MANAGED_BY: labels.MANAGER},
        },
        "spec": {"activeDeadlineSeconds": _AT_ONCE},
    }


def _clause(sentence: str) -> str:
    """The sentence as a part of another one."""
    return sentence[:1].lower() + sentence[1:].removesuffix(".")


def is_outlived(pod: Object) -> bool:
    """Whether another container goes on in the Pod of a driver that has ended.

    Not by the phase alone: kubelet tells that later than the end of the last container.
    """
    others = (
        status
        for status in status_of(pod).get("containerStatuses") or ()
        if status.get("name") != CONTAINER
    )
    return (
        phase_of(pod) not in ("Succeeded", "Failed")
        and not is_deleting(pod)
        and any("terminated" not in (status.get("state") or {}) for status in others)
    )


def _ran(attempt: Object, now: datetime) -> str:
    began = from_rfc3339(attempt["startedAt"])
    waited = (began - from_rfc3339(attempt["intendedAt"])).total_seconds()
    ran = (now - began).total_seconds()
    return f"its driver started after {max(waited, 0):.0f} s and ran for {max(ran, 0):.0f} s"
