"""How a container ended, and what ended it from outside: pure.

The *container's* end decides, not the Pod's phase: a sidecar may outlive it, and an evicted Pod has
a phase but no exit code.
"""

from __future__ import annotations

import signal

from swirl.wire.reasons import OutcomeReason
from swirl_operator.pods.reading.finding import Finding
from swirl_operator.pods.reading.words import clean, in_brackets
from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.objects import condition_of, status_of

_SIGNALLED = 128

# `status.reason` of a Pod that was ended, or never let in by its node.
_TAKEN: dict[str, tuple[OutcomeReason, str]] = {
    "Evicted": (OutcomeReason.EVICTED, "was evicted"),
    "Preempting": (OutcomeReason.PREEMPTED, "was preempted by its node"),
    "PreemptionByScheduler": (OutcomeReason.PREEMPTED, "was preempted"),
    "Terminated": (OutcomeReason.NODE_LOST, "was ended, since its node shuts down"),
    "Shutdown": (OutcomeReason.NODE_LOST, "was ended, since its node shuts down"),
    "NodeShutdown": (OutcomeReason.NODE_LOST, "was not let in by its node, which shuts down"),
    "NodeLost": (OutcomeReason.NODE_LOST, "was lost with its node, which does not answer"),
}
# The node had no place for it when it came there: another one may.
_NOT_LET_IN = ("NodeAffinity", "UnexpectedAdmissionError", "TopologyAffinityError", "UnknownReason")
_OUT_OF = "OutOf"

# `reason` of the condition DisruptionTarget.
_DISRUPTED: dict[str, tuple[OutcomeReason, str]] = {
    "EvictionByEvictionAPI": (
        OutcomeReason.EVICTED,
        "was evicted: its node is drained, or somebody asked for it",
    ),
    "DeletionByTaintManager": (
        OutcomeReason.EVICTED,
        "was evicted: its node has a NoExecute taint that it does not tolerate",
    ),
    "DeletionByDeviceTaintManager": (
        OutcomeReason.EVICTED,
        "was evicted: its device has a NoExecute taint that it does not tolerate",
    ),
    "PreemptionByScheduler": (
        OutcomeReason.PREEMPTED,
        "was preempted by a Pod of higher priority",
    ),
    "DeletionByPodGC": (OutcomeReason.NODE_LOST, "was lost with its node, which is gone"),
    "TerminationByKubelet": (OutcomeReason.EVICTED, "was ended by its node"),
}


def read_end(pod: Object, terminated: Object) -> Finding:
    """What ended a container that failed; without a reason where it did so by itself."""
    code = int(terminated.get("exitCode", 1))
    if status_of(pod).get("reason") == "DeadlineExceeded":
        return _deadline(pod)
    if terminated.get("reason") == "OOMKilled":
        return Finding(OutcomeReason.OUT_OF_MEMORY, "used more memory than its limit")
    if (taken := _taken(pod)) is not None:
        return taken
    if terminated.get("reason") == "ContainerStatusUnknown":
        return Finding(
            OutcomeReason.NODE_LOST, "was lost by its node, which does not know how it ended"
        )
    if terminated.get("reason") in ("StartError", "ContainerCannotRun"):
        said = in_brackets(clean(terminated.get("message")))
        return Finding(
            OutcomeReason.CONTAINER_FAILED, f"does not start: its command cannot be run{said}"
        )
    return Finding(None, in_words(code, terminated.get("signal")))


def read_end_of_pod(pod: Object) -> Finding:
    """What ended a Pod whose container left no exit code."""
    status = status_of(pod)
    if status.get("reason") == "DeadlineExceeded":
        return _deadline(pod)
    taken = _taken(pod)
    if taken is not None:
        return taken
    said = in_brackets(clean(status.get("message")))
    return Finding(OutcomeReason.PLATFORM_ERROR, f"ended and left no exit code{said}")


def disrupted(pod: Object) -> Finding | None:
    """Why Kubernetes takes the Pod away, by its condition DisruptionTarget; None if it does not."""
    condition = condition_of(pod, "DisruptionTarget")
    if condition is None or condition["status"] != "True":
        return None
    reason, message = _DISRUPTED.get(
        str(condition.get("reason")),
        (OutcomeReason.EVICTED, f"was taken away ({condition.get('reason')})"),
    )
    return Finding(reason, message, since=condition.get("lastTransitionTime"))


def in_words(code: int, number: object = None) -> str:
    """An exit code: which signal killed the process, if one did."""
    given = int(number) if isinstance(number, int) and number > 0 else code - _SIGNALLED
    try:
        name = signal.Signals(given).name
    except ValueError:
        return f"exited with code {code}"
    return f"was killed by signal {given} ({name})"


def _deadline(pod: Object) -> Finding:
    seconds = (pod.get("spec") or {}).get("activeDeadlineSeconds")
    after = f" of {seconds} s" if seconds else ""
    return Finding(OutcomeReason.DEADLINE_EXCEEDED, f"ran past its deadline{after}")


def _taken(pod: Object) -> Finding | None:
    status = status_of(pod)
    word, said = str(status.get("reason") or ""), clean(status.get("message"))
    if word in _TAKEN:
        reason, message = _TAKEN[word]
        return Finding(reason, f"{message}{': ' if said else ''}{said}")
    if word.startswith(_OUT_OF) or word in _NOT_LET_IN:
        return Finding(OutcomeReason.PLATFORM_ERROR, f"was not let in by its node: {said or word}")
    if word:
        return Finding(OutcomeReason.PLATFORM_ERROR, f"ended with {word}{in_brackets(said)}")
    return disrupted(pod)
