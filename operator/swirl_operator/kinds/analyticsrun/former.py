"""Reasons of attempts as versions before the closed list wrote them, in its words. Pure.

The API server refuses a status with a word that is not in the list, and a status that cannot be
written is a run that stands still. Drivers go on saying these words for as long as users have
images that were built before.
"""

from __future__ import annotations

from swirl.wire.reasons import OutcomeReason
from swirl_operator.runtime.interface import Object
from swirl_operator.status.reasons import outcome_reason

_FORMER: dict[OutcomeReason, tuple[str, ...]] = {
    OutcomeReason.SUCCEEDED: ("Completed",),
    OutcomeReason.USER_ERROR: (
        "FunctionFailed",
        "QueryFailed",
        "Exited",
        "Permanent",
        "ResultNotSerializable",
    ),
    OutcomeReason.DRIVER_FAILED: ("SparkEnded",),
    OutcomeReason.INVALID_SPEC: (
        "InvalidRun",
        "EntryPointNotFound",
        "InvalidEntryPoint",
        "KafkaNotConfigured",
        "InvalidPod",
    ),
    OutcomeReason.OUT_OF_MEMORY: ("OOMKilled",),
    OutcomeReason.DEADLINE_EXCEEDED: ("TimedOut",),
    OutcomeReason.DRIVER_LOST: ("Stopped", "PodLost"),
    OutcomeReason.PREEMPTED: ("Preempting", "PreemptionByScheduler"),
    OutcomeReason.NODE_LOST: ("Terminated", "NodeShutdown"),
    OutcomeReason.PLATFORM_ERROR: (
        "PodFailed",
        "NodeAffinity",
        "OutOfcpu",
        "OutOfmemory",
        "OutOfpods",
        "UnexpectedAdmissionError",
    ),
}
_OF_DRIVERS = frozenset(
    {
        "FunctionFailed",
        "QueryFailed",
        "SparkEnded",
        "Exited",
        "Stopped",
        "InvalidRun",
        "EntryPointNotFound",
        "InvalidEntryPoint",
        "KafkaNotConfigured",
        "ResultNotSerializable",
        "Permanent",
    }
)
_TODAY = {word: reason for reason, words in _FORMER.items() for word in words}


def in_todays_words(attempt: Object) -> Object:
    """The attempt with a reason of the list, or without one where its word is none anybody knew.

    One that has failed always has a reason, so that what follows from it can be said.
    """
    word = attempt.get("reason")
    if attempt.get("outcome") == "Failed" and outcome_reason(word) is None:
        why = _TODAY.get(str(word), OutcomeReason.DRIVER_FAILED)
        return {"message": "", **attempt, "reason": str(why)}
    if word is None:
        return attempt
    rest = {key: value for key, value in attempt.items() if key != "reason"}
    today = outcome_reason(word) or _TODAY.get(word)
    return rest if today is None else {**rest, "reason": str(today)}


def of_a_driver(word: str) -> OutcomeReason | None:
    """Today's word for one that a driver of 0.1.0 says of itself; None if it said no such word."""
    return _TODAY[word] if word in _OF_DRIVERS else None
