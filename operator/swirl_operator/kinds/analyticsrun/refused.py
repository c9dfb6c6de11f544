"""Why the API server does not take a Pod of an attempt, and whether that may pass. Pure."""

from __future__ import annotations

import re

from swirl.api.pods import PLACEMENT_FIELDS
from swirl.wire.reasons import OutcomeReason
from swirl_operator.pods.reading.refusal import read_refusal
from swirl_operator.pods.roles import EXECUTOR
from swirl_operator.runtime.interface import ChildFailure

_PLACEMENT = re.compile(rf"\b(?:{'|'.join(sorted(PLACEMENT_FIELDS))})\b")


def why(failure: ChildFailure) -> OutcomeReason:
    """The reason; InvalidSpec does not pass, all others are tried again."""
    return read_refusal(failure.message, failure.code).reason


def is_placement(message: str) -> bool:
    """Whether it is about where a Pod goes or what it is called.

    That makes no version of its own: who corrects it waits for this run to go on, not for another.
    """
    return _PLACEMENT.search(message) is not None


def of_executors(message: str) -> tuple[OutcomeReason, str]:
    """What the API server says to a driver that wants an executor, as reason and clause."""
    read = read_refusal(message, resources="spec.spark.executor.resources")
    return read.reason, f"the API server refuses them: {read.message}"


def what(failure: ChildFailure) -> str:
    """Whose Pod it is about: of executors one is shown to the API server before there are any."""
    return "its executors' Pods" if failure.ref.name == EXECUTOR else "the driver Pod"


def with_remedy(failure: ChildFailure) -> str:
    """The cause, and where what the API server asks for can be said."""
    of_executors = failure.ref.name == EXECUTOR
    field = f"spec.spark.{'executor' if of_executors else 'driver'}.resources"
    message = read_refusal(failure.message, failure.code, resources=field).message
    if of_executors and field in message:
        # Asked about first; the driver would be refused for the same right after it.
        return f"{message}; the driver needs it too, in spec.spark.driver.resources"
    return message
