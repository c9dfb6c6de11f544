"""What a driver Pod says of itself: state, outcome and progress, read from the Pod object alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from swirl.wire.exits import DriverExit
from swirl.wire.labels import PROGRESS
from swirl.wire.outcome import Outcome
from swirl.wire.progress import Progress
from swirl.wire.reasons import DRIVER_REASONS, OutcomeReason
from swirl.wire.times import from_rfc3339
from swirl_operator.pods.state import PodState, read_state
from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.objects import (
    annotations_of,
    conditions_of,
    is_deleting,
    name_of,
)
from swirl_operator.status.reasons import AnyReason, Reason, known

CONTAINER = "driver"

# Who asked a Pod to go, in the word of its condition DisruptionTarget.
_DISRUPTIONS: dict[object, tuple[OutcomeReason, str]] = {
    "EvictionByEvictionAPI": (OutcomeReason.EVICTED, "was evicted, as by a drain of its node"),
    "TerminationByKubelet": (OutcomeReason.EVICTED, "was ended by its node"),
    "PreemptionByScheduler": (OutcomeReason.PREEMPTED, "made room for one of higher priority"),
    "DeletionByTaintManager": (OutcomeReason.NODE_LOST, "was taken off its node"),
    "DeletionByPodGC": (OutcomeReason.NODE_LOST, "was on a node that is gone"),
}


@dataclass(frozen=True, slots=True)
class Report:
    """One reading of a driver Pod.

    Attributes:
        state: of the driver.
        reason: why, in one word.
        message: why, in one sentence.
        started_at, finished_at: as Kubernetes writes them.
        permanent: whether another attempt would fail like this one.
        outcome: what the driver wrote into its termination message, if it did.
    """

    state: Literal["Pending", "Running", "Succeeded", "Failed"]
    reason: AnyReason
    message: str
    started_at: str | None = None
    finished_at: str | None = None
    permanent: bool = False
    outcome: Outcome | None = None


def read(pod: Object) -> Report:
    """The report of a driver Pod; never raises, whatever the driver wrote."""
    report = _read(pod)
    if report.state == "Failed" and not report.permanent and _was_told_to_stop(pod, report):
        # What a driver says that was told to stop is not why it ended.
        reason, message = taken(pod)
        return replace(report, reason=reason, message=message)
    return report


def taken(pod: Object) -> tuple[OutcomeReason, str]:
    """Why a Pod is being deleted, and not by Swirl: a reason and a sentence."""
    name = name_of(pod)
    for condition in conditions_of(pod):
        if condition["type"] == "DisruptionTarget" and condition["status"] == "True":
            reason, what = _DISRUPTIONS.get(
                condition.get("reason"), (OutcomeReason.DRIVER_LOST, "was taken away")
            )
            said = str(condition.get("message") or "").strip()
            return reason, f"Pod {name} {what}" + (f" ({said})" if said else "")
    return OutcomeReason.DRIVER_LOST, f"Pod {name} was deleted by somebody"


def _was_told_to_stop(pod: Object, report: Report) -> bool:
    """Whether the driver ended after its Pod was asked to go."""
    if not is_deleting(pod) or report.finished_at is None:
        return is_deleting(pod)
    metadata = pod["metadata"]
    grace = timedelta(seconds=metadata.get("deletionGracePeriodSeconds") or 0)
    told = from_rfc3339(metadata["deletionTimestamp"]) - grace
    return from_rfc3339(report.finished_at) >= told


def _read(pod: Object) -> Report:
    state = read_state(pod, CONTAINER)
    times = (state.started_at, state.finished_at)
    if state.state == "Pending":
        return Report(
            "Pending", state.reason or Reason.DRIVER_STARTING, f"The driver {state.message}"
        )
    if state.state == "Running":
        return Report("Running", Reason.DRIVER_RUNNING, "The driver runs.", *times)
    outcome = Outcome.read(state.text)
    if state.state == "Succeeded":
        message = (outcome.message if outcome else "") or "The function returned."
        return Report("Succeeded", OutcomeReason.SUCCEEDED, message, *times, outcome=outcome)
    if state.reason is not None:
        return Report("Failed", state.reason, _cause(state, pod), *times, outcome=outcome)
    exited = f"the driver exited with code {state.exit_code}"
    if outcome is None and state.exit_code == DriverExit.STOPPED:
        message = "the driver was told to stop from outside"
        return Report("Failed", OutcomeReason.DRIVER_LOST, message, *times)
    if outcome is None:
        message = f"{exited}: {state.last_line}" if state.last_line else exited
        return Report("Failed", OutcomeReason.DRIVER_FAILED, message, *times)
    if outcome.outcome == "Succeeded":
        message = f"{exited} after its function had returned"
        return Report("Failed", OutcomeReason.DRIVER_FAILED, message, *times, outcome=outcome)
    reason, message = _reason_and_message(outcome)
    permanent = state.exit_code == DriverExit.PERMANENT
    return Report("Failed", reason, message or exited, *times, permanent=permanent, outcome=outcome)


def returned_stream(report: Report) -> Report:
    """The report of a stream's driver whose function returned: a stream has no end of its own."""
    return replace(
        report,
        state="Failed",
        reason=OutcomeReason.STREAM_ENDED,
        message="the function returned and no query runs any more, but a stream has no end",
    )


def progress(pod: Object) -> Object | None:
    """The driver's progress annotation, or None when there is none that can be read."""
    said = Progress.read(annotations_of(pod).get(PROGRESS))
    return None if said is None else {"percent": said.percent, "message": said.message}


def _cause(state: PodState, pod: Object) -> str:
    """What ended the driver from outside, and what to do about it."""
    if state.reason == OutcomeReason.DEADLINE_EXCEEDED:
        seconds = (pod.get("spec") or {}).get("activeDeadlineSeconds")
        return f"the attempt took longer than timeoutSeconds ({seconds})"
    if state.reason == OutcomeReason.OUT_OF_MEMORY:
        return (
            f"the driver {state.message}; raise spark.driver.memoryOverhead or spark.driver.memory"
        )
    return f"the driver {state.message}"


def _reason_and_message(outcome: Outcome) -> tuple[AnyReason, str]:
    """The driver's own words; a reason that is none of a driver's goes into the message."""
    reason = known(outcome.reason)
    if reason is not None and reason in DRIVER_REASONS:
        return reason, outcome.message
    if not outcome.reason:
        return OutcomeReason.DRIVER_FAILED, outcome.message
    return OutcomeReason.DRIVER_FAILED, f"{outcome.reason}: {outcome.message}"
