"""What a driver Pod says of itself: state, outcome and progress, read from the Pod object alone.

The driver *container's* end decides, not the Pod's phase: a sidecar may outlive the driver, and
an evicted Pod has a phase but no exit code.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from swirl.wire.labels import PROGRESS
from swirl.wire.progress import Progress
from swirl_operator.kinds.analyticsrun.payload import payload_of
from swirl_operator.runtime.interface import Object

CONTAINER = "driver"
EXIT_PERMANENT = 2

# Waiting reasons that do not pass by themselves in a second or two.
_STUCK = {
    "ErrImagePull": "the image cannot be pulled",
    "ImagePullBackOff": "the image cannot be pulled",
    "InvalidImageName": "the image name is not valid",
    "ErrImageNeverPull": "the image is not on the node",
    "CreateContainerConfigError": "the container cannot be configured",
    "CreateContainerError": "the container cannot be created",
    "RunContainerError": "the container cannot be started",
}
_KUBELET_REASONS = {
    "OOMKilled": (
        "OOMKilled",
        "the driver used more memory than its limit; raise spark.driver.memoryOverhead or "
        "spark.driver.memory",
    ),
}


@dataclass(frozen=True, slots=True)
class Report:
    """One reading of a driver Pod."""

    state: Literal["Pending", "Running", "Succeeded", "Failed"]
    reason: str
    message: str
    started_at: str | None = None
    finished_at: str | None = None
    permanent: bool = False
    payload: Object = field(default_factory=dict)
    """The driver's termination message, when it wrote one."""


def read(pod: Object) -> Report:
    """The report of a driver Pod; never raises, whatever the driver wrote."""
    status = pod.get("status") or {}
    container = _container(status)
    state = container.get("state") or {}
    if "terminated" in state:
        return _ended(state["terminated"], pod)
    if status.get("phase") in ("Failed", "Succeeded"):
        return _ended_without_exit(status, pod)
    if "running" in state:
        return Report(
            "Running", "DriverRunning", "The driver runs.", state["running"].get("startedAt")
        )
    return _pending(status, state)


def progress(pod: Object) -> dict[str, str] | None:
    """The driver's progress annotation, or None when there is none that can be read."""
    said = Progress.read((pod["metadata"].get("annotations") or {}).get(PROGRESS))
    return (
        None if said is None else {"fraction": f"{said.percent / 100:.2f}", "message": said.message}
    )


def _container(status: Object) -> Object:
    for container in status.get("containerStatuses") or ():
        if container.get("name") == CONTAINER:
            return dict(container)
    return {}


def _ended(terminated: Object, pod: Object) -> Report:
    code = terminated.get("exitCode", 1)
    times = (terminated.get("startedAt"), terminated.get("finishedAt"))
    payload = payload_of(terminated.get("message"))
    if code == 0:
        message = str(payload.get("message") or "The function returned.")
        return Report("Succeeded", "Completed", message, *times, payload=payload)
    pod_reason = (pod.get("status") or {}).get("reason")
    if pod_reason == "DeadlineExceeded":
        return Report("Failed", "TimedOut", _timed_out(pod), *times)
    if terminated.get("reason") in _KUBELET_REASONS:
        reason, message = _KUBELET_REASONS[terminated["reason"]]
        return Report("Failed", reason, message, *times)
    if pod_reason:
        message = (pod["status"].get("message") or f"the Pod ended with {pod_reason}").strip()
        return Report("Failed", _word(pod_reason), message, *times, payload=payload)
    if payload:
        return Report(
            "Failed",
            _word(payload.get("reason")),
            str(payload.get("message") or f"the driver exited with code {code}"),
            *times,
            permanent=code == EXIT_PERMANENT,
            payload=payload,
        )
    tail = str(terminated.get("message") or "").strip().splitlines()
    message = f"the driver exited with code {code}" + (f": {tail[-1][:500]}" if tail else "")
    return Report("Failed", "DriverFailed", message, *times)


def _ended_without_exit(status: Object, pod: Object) -> Report:
    reason = status.get("reason")
    finished = next(
        (
            c.get("lastTransitionTime")
            for c in status.get("conditions") or ()
            if c["type"] == "Ready"
        ),
        None,
    )
    if reason == "DeadlineExceeded":
        return Report("Failed", "TimedOut", _timed_out(pod), status.get("startTime"), finished)
    message = str(status.get("message") or "the Pod ended and its container left no exit code")
    return Report(
        "Failed", _word(reason or "PodFailed"), message, status.get("startTime"), finished
    )


def _pending(status: Object, state: Object) -> Report:
    waiting = state.get("waiting") or {}
    reason = waiting.get("reason")
    if reason in _STUCK:
        detail = str(waiting.get("message") or "").strip()
        message = f"The driver does not start: {_STUCK[reason]}" + (
            f" ({detail})" if detail else ""
        )
        return Report("Pending", reason, message)
    for condition in status.get("conditions") or ():
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            detail = str(condition.get("message") or "no node fits").strip()
            return Report(
                "Pending", "Unschedulable", f"The driver waits for a node with room: {detail}"
            )
    return Report("Pending", "DriverStarting", "The driver starts.")


def _timed_out(pod: Object) -> str:
    seconds = (pod.get("spec") or {}).get("activeDeadlineSeconds")
    return f"the attempt took longer than timeoutSeconds ({seconds})"


def _word(reason: Any) -> str:
    """A reason as conditions allow it: one CamelCase word."""
    word = "".join(ch for ch in str(reason or "") if ch.isascii() and ch.isalnum())[:128]
    return word if word[:1].isalpha() else "DriverFailed"
