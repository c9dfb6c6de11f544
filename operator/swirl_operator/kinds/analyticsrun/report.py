"""What a driver Pod says of itself: state, outcome and progress, read from the Pod object alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from swirl.wire.exits import DriverExit
from swirl.wire.labels import PROGRESS
from swirl.wire.outcome import Outcome
from swirl.wire.progress import Progress
from swirl.wire.reasons import DRIVER_REASONS, OutcomeReason
from swirl.wire.times import from_rfc3339
from swirl_operator.kinds.analyticsrun import former
from swirl_operator.pods.reading.ended import disrupted
from swirl_operator.pods.state import PodState, read_state
from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.objects import (
    annotations_of,
    is_deleting,
    name_of,
)
from swirl_operator.status.reasons import AnyReason, Reason, known

CONTAINER = "driver"


@dataclass(frozen=True, slots=True)
class Report:
    """One reading of a driver Pod.

    Attributes:
        state: of the driver.
        reason: why, in one word.
        message: why, in one sentence.
        started_at, finished_at: as Kubernetes writes them.
        permanent: whether another attempt would fail like this one.
        ready: whether the driver runs on a node that answers, and is not being stopped.
        outcome: what the driver wrote into its termination message, if it did.
    """

    state: Literal["Pending", "Running", "Succeeded", "Failed"]
    reason: AnyReason
    message: str
    started_at: str | None = None
    finished_at: str | None = None
    permanent: bool = False
    ready: bool = False
    outcome: Outcome | None = None


def read(pod: Object, *, events: Iterable[Object] = (), now: datetime | None = None) -> Report:
    """The report of a driver Pod; never raises, whatever the driver wrote.

    Args:
        pod: as the API server has it.
        events: those of the Pod, where they were read.
        now: a Pod that should be gone by then says so; None does not ask.
    """
    report = _read(pod, events, now)
    if report.state == "Failed" and not report.permanent and _was_told_to_stop(pod, report):
        # What a driver says that was told to stop is not why it ended.
        reason, message = taken(pod)
        return replace(report, reason=reason, message=message)
    return report


def taken(pod: Object) -> tuple[OutcomeReason, str]:
    """Why a Pod is being deleted, and not by Swirl: a reason and a sentence."""
    name = name_of(pod)
    found = disrupted(pod)
    if found is not None and isinstance(found.reason, OutcomeReason):
        return found.reason, f"Pod {name} {found.message}"
    return OutcomeReason.DRIVER_LOST, f"Pod {name} was deleted by somebody"


def _was_told_to_stop(pod: Object, report: Report) -> bool:
    """Whether the driver ended after its Pod was asked to go."""
    if not is_deleting(pod) or report.finished_at is None:
        return is_deleting(pod)
    metadata = pod["metadata"]
    grace = timedelta(seconds=metadata.get("deletionGracePeriodSeconds") or 0)
    told = from_rfc3339(metadata["deletionTimestamp"]) - grace
    return from_rfc3339(report.finished_at) >= told


def _read(pod: Object, events: Iterable[Object], now: datetime | None) -> Report:
    state = read_state(pod, CONTAINER, events=events, now=now)
    times = (state.started_at, state.finished_at)
    if state.state == "Pending":
        return Report(
            "Pending", state.reason or Reason.DRIVER_STARTING, f"The driver {state.message}"
        )
    if state.state == "Running":
        message = f"The driver {state.message or 'runs'}"
        reason = state.reason or Reason.DRIVER_RUNNING
        return Report("Running", reason, message, *times, ready=state.ready)
    outcome = Outcome.read(state.text)
    if state.state == "Succeeded":
        message = (outcome.message if outcome else "") or "The function returned."
        return Report("Succeeded", OutcomeReason.SUCCEEDED, message, *times, outcome=outcome)
    if state.reason is not None:
        return Report("Failed", state.reason, _cause(state, pod), *times, outcome=outcome)
    exited = f"the driver {state.message}"
    if outcome is None and state.exit_code == DriverExit.STOPPED:
        message = "the driver was told to stop from outside"
        return Report("Failed", OutcomeReason.DRIVER_LOST, message, *times)
    if outcome is None:
        # What a process that was killed had printed last is not why it ended.
        by_itself = state.message == f"exited with code {state.exit_code}"
        message = f"{exited}: {state.last_line}" if by_itself and state.last_line else exited
        return Report("Failed", OutcomeReason.DRIVER_FAILED, message, *times)
    if outcome.outcome == "Succeeded":
        message = f"{exited} after its function had returned"
        return Report("Failed", OutcomeReason.DRIVER_FAILED, message, *times, outcome=outcome)
    reason, message = _reason_and_message(outcome)
    permanent = state.exit_code == DriverExit.PERMANENT
    return Report("Failed", reason, message or exited, *times, permanent=permanent, outcome=outcome)


def returned_stream(report: Report, pod: Object) -> Report:
    """The report of a stream's driver whose function returned: a stream has no end of its own."""
    if _was_told_to_stop(pod, report):
        reason, message = taken(pod)
        return replace(report, state="Failed", reason=reason, message=message)
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
    reason = former.of_a_driver(outcome.reason) or known(outcome.reason)
    # It has failed: one that calls that a success gives no reason.
    if reason is not None and reason in DRIVER_REASONS - {OutcomeReason.SUCCEEDED}:
        return reason, outcome.message
    if not outcome.reason:
        return OutcomeReason.DRIVER_FAILED, outcome.message
    return OutcomeReason.DRIVER_FAILED, f"{outcome.reason}: {outcome.message}"
