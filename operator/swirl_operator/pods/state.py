"""Why a Pod does not start, and how it ended: one reading for drivers, scorers and monitors. Pure.

The *container's* end decides, not the Pod's phase: a sidecar may outlive it, and an evicted Pod has
a phase but no exit code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from swirl.wire import labels
from swirl.wire.reasons import OutcomeReason
from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.objects import (
    conditions_of,
    is_deleting,
    labels_of,
    phase_of,
    status_of,
)

_LONGEST_LINE = 1000
_OVER = ("Succeeded", "Failed")

# Why a container waits, where that does not pass by itself in a second or two.
_STUCK: dict[object, tuple[OutcomeReason, str]] = {
    "ErrImagePull": (OutcomeReason.IMAGE_PULL, "the image cannot be pulled"),
    "ImagePullBackOff": (OutcomeReason.IMAGE_PULL, "the image cannot be pulled"),
    "InvalidImageName": (OutcomeReason.INVALID_SPEC, "the image name is not valid"),
    "ErrImageNeverPull": (OutcomeReason.IMAGE_PULL, "the image is not on the node"),
    "CreateContainerConfigError": (
        OutcomeReason.CONFIG_MISSING,
        "the container cannot be configured",
    ),
    "CreateContainerError": (OutcomeReason.CONTAINER_FAILED, "the container cannot be created"),
    "RunContainerError": (OutcomeReason.CONTAINER_FAILED, "the container cannot be started"),
}

# What ended a Pod, in the word of its status.
_TAKEN: dict[object, OutcomeReason] = {
    "DeadlineExceeded": OutcomeReason.DEADLINE_EXCEEDED,
    "Evicted": OutcomeReason.EVICTED,
    "Preempting": OutcomeReason.PREEMPTED,
    "PreemptionByScheduler": OutcomeReason.PREEMPTED,
    "Terminated": OutcomeReason.NODE_LOST,
    "NodeShutdown": OutcomeReason.NODE_LOST,
    "NodeLost": OutcomeReason.NODE_LOST,
    "NodeAffinity": OutcomeReason.PLATFORM_ERROR,
    "OutOfcpu": OutcomeReason.PLATFORM_ERROR,
    "OutOfmemory": OutcomeReason.PLATFORM_ERROR,
    "OutOfpods": OutcomeReason.PLATFORM_ERROR,
    "UnexpectedAdmissionError": OutcomeReason.PLATFORM_ERROR,
}


@dataclass(frozen=True, slots=True)
class PodState:
    """One reading of a Pod.

    Attributes:
        state: of the container in question.
        reason: what Kubernetes says about it; None while nothing is out of the ordinary, or where
            what the container says itself is the best that is known.
        message: with a reason, what goes on after the name of what does not run, as in
            `does not start: the image cannot be pulled`.
        exit_code: of an ended container; None if it left none.
        text: its termination message, or the end of its log.
        started_at, finished_at: as Kubernetes writes them.
    """

    state: Literal["Pending", "Running", "Succeeded", "Failed"]
    reason: OutcomeReason | None = None
    message: str = ""
    exit_code: int | None = None
    text: str = ""
    started_at: str | None = None
    finished_at: str | None = None

    @property
    def last_line(self) -> str:
        """The last line that the container left, empty if it left none."""
        lines = self.text.strip().splitlines()
        return lines[-1][:_LONGEST_LINE] if lines else ""


def read_state(pod: Object, container: str) -> PodState:
    """The state of that container of the Pod; never raises, whatever the container wrote."""
    status = status_of(pod)
    state = _container(status, container).get("state") or {}
    if "terminated" in state:
        return _ended(state["terminated"], status)
    if status.get("phase") in _OVER:
        return _ended_without_exit(pod, status)
    if "running" in state:
        return PodState("Running", started_at=state["running"].get("startedAt"))
    return _pending(pod, state)


def why_not_ready(pods: Sequence[Object], container: str, template: str) -> PodState | None:
    """What keeps the pods of that template from being ready, None if nothing is known.

    A container that failed tells more than one that was not started. Pods that are over say
    nothing: an evicted one stays for a while beside its replacement.
    """
    waiting = None
    for pod in pods:
        if labels_of(pod).get(labels.TEMPLATE) != template:
            continue
        if is_deleting(pod) or phase_of(pod) in _OVER:
            continue
        failed = _last_failure(pod, container)
        if failed is not None:
            return failed
        state = read_state(pod, container)
        if waiting is None and state.state == "Pending" and state.reason is not None:
            waiting = state
    return waiting


def _last_failure(pod: Object, container: str) -> PodState | None:
    """How the container ended, now or before it was started again, if it failed."""
    status = status_of(pod)
    found = _container(status, container)
    if found.get("ready"):
        return None
    for state in (found.get("state") or {}, found.get("lastState") or {}):
        if state.get("terminated"):
            ended = _ended(state["terminated"], status)
            return ended if ended.state == "Failed" else None
    return None


def _container(status: Object, name: str) -> Object:
    for container in status.get("containerStatuses") or ():
        if container.get("name") == name:
            return dict(container)
    return {}


def _ended(terminated: Object, status: Object) -> PodState:
    code = terminated.get("exitCode", 1)
    reason, message = _cause(terminated, status) if code else (None, "")
    return PodState(
        "Failed" if code else "Succeeded",
        reason,
        message,
        code,
        str(terminated.get("message") or ""),
        terminated.get("startedAt"),
        terminated.get("finishedAt"),
    )


def _cause(terminated: Object, status: Object) -> tuple[OutcomeReason | None, str]:
    """What ended the container from outside, if anything did."""
    word = status.get("reason")
    if word == "DeadlineExceeded":
        return OutcomeReason.DEADLINE_EXCEEDED, ""
    if terminated.get("reason") == "OOMKilled":
        return OutcomeReason.OUT_OF_MEMORY, "used more memory than its limit"
    return _of_pod(word, str(status.get("message") or "").strip()) if word else (None, "")


def _ended_without_exit(pod: Object, status: Object) -> PodState:
    word = status.get("reason")
    message = str(status.get("message") or "the Pod ended and its container left no exit code")
    reason = OutcomeReason.PLATFORM_ERROR
    if word:
        reason, message = _of_pod(word, message)
    finished = next(
        (item.get("lastTransitionTime") for item in conditions_of(pod) if item["type"] == "Ready"),
        None,
    )
    return PodState(
        "Failed", reason, message, started_at=status.get("startTime"), finished_at=finished
    )


def _of_pod(word: object, message: str) -> tuple[OutcomeReason, str]:
    """Of `status.reason` of a Pod: a word that is not known goes into the message."""
    reason = _TAKEN.get(word)
    if reason is not None:
        return reason, message or f"the Pod ended with {word}"
    said = f"{word}: {message}" if message else f"the Pod ended with {word}"
    return OutcomeReason.PLATFORM_ERROR, said


def _pending(pod: Object, state: Object) -> PodState:
    waiting = state.get("waiting") or {}
    if (stuck := _STUCK.get(waiting.get("reason"))) is not None:
        reason, message = stuck
        detail = str(waiting.get("message") or "").strip()
        message = f"does not start: {message}" + (f" ({detail})" if detail else "")
        return PodState("Pending", reason, message)
    for condition in conditions_of(pod):
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            detail = str(condition.get("message") or "no node fits").strip()
            message = f"waits for a node with room: {detail}"
            return PodState("Pending", OutcomeReason.UNSCHEDULABLE, message)
    return PodState("Pending")
