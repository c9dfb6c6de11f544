"""What a run's conditions say in each of its states.

`Succeeded` is the run's own question; `Ready` answers it in the words that tools wait for. A
Streaming run never succeeds, so it is Ready while its driver runs.
"""

from __future__ import annotations

from typing import Any

from swirl_operator.kinds.analyticsrun.report import Report
from swirl_operator.status import conditions
from swirl_operator.status.conditions import Finding

Findings = tuple[Finding, ...]


def _undecided(reason: str, message: str) -> Findings:
    return (
        Finding("Succeeded", "Unknown", reason, message),
        *conditions.under_way(reason, message),
    )


def job_missing(job: str) -> Findings:
    """The job does not exist, or not yet."""
    return _undecided(
        "JobNotFound",
        f"AnalyticsJob {job} does not exist in this namespace; the run starts when it is created.",
    )


def job_changed(job: str, version: str) -> Findings:
    """The job has another spec by now than the one this run was made for."""
    return _undecided(
        "JobChanged",
        f"AnalyticsJob {job} is not at version {version} any more, for which this run was made; "
        "the run starts if the job goes back to it.",
    )


def starting(attempt: int) -> Findings:
    """The intent is written, the Pod comes next."""
    return _undecided("DriverStarting", f"Attempt {attempt} starts.")


def job_busy(pod: str) -> Findings:
    """Another run of the stream still has a driver."""
    return _undecided(
        "WaitingForOtherRun",
        f"Pod {pod} of another run still works on this stream; two would fight over one "
        "checkpoint, so the run starts when it is gone.",
    )


def refused(detail: str) -> Findings:
    """The API server does not take the driver Pod, for a reason that may pass."""
    return _undecided(
        "PodRefused",
        f"The driver Pod cannot be created: {detail}. Tried again until it can.",
    )


def going_on(report: Report, streaming: bool, attempt: dict[str, Any]) -> Findings:
    """The driver starts or runs."""
    if report.state == "Running" and streaming:
        message = f"The stream runs in Pod {attempt['pod']}."
        return (
            Finding("Succeeded", "Unknown", report.reason, message),
            *conditions.ready(report.reason, message),
        )
    return _undecided(report.reason, f"{report.message} (Pod {attempt['pod']})")


def waiting(attempt: dict[str, Any], until: str) -> Findings:
    """An attempt failed, another one follows."""
    return _undecided(
        "BackingOff",
        f"Attempt {attempt['number']} failed ({attempt['reason']}: {attempt['message']}); "
        f"the next one starts at {until}.",
    )


def succeeded(message: str) -> Findings:
    """The function returned."""
    return (
        Finding("Succeeded", "True", "Completed", message),
        *conditions.ready("Completed", message),
    )


def failed(attempt: dict[str, Any], why: str) -> Findings:
    """The run is over and did not succeed."""
    message = f"Attempt {attempt['number']} failed: {attempt['message']}; not retried: {why}."
    if attempt.get("podUid") and attempt["reason"] != "PodLost":
        message = f"{message} Its log: kubectl logs {attempt['pod']}"
    return (
        Finding("Succeeded", "False", attempt["reason"], message),
        *conditions.failed(attempt["reason"], message),
    )
