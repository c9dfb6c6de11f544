"""Why the API server does not take a Pod of an attempt, and whether that may pass. Pure.

Both a Pod that is invalid and one that a policy keeps out may be answered with 422: only the first
is the spec's fault for good, and its text says so in words of its own.
"""

from __future__ import annotations

import re

from swirl.wire.reasons import OutcomeReason
from swirl_operator.pods.roles import EXECUTOR
from swirl_operator.runtime.interface import ChildFailure
from swirl_operator.status.refusals import is_invalid

_MUST_SPECIFY = re.compile(r"failed quota: .*: must specify (.*)")
_AMOUNT = re.compile(r"(?:limits|requests)\.[\w./-]+")


def why(failure: ChildFailure) -> OutcomeReason:
    """The reason; InvalidSpec does not pass, all others are tried again."""
    if is_invalid(failure):
        return OutcomeReason.INVALID_SPEC
    if "exceeded quota" in failure.message or "failed quota" in failure.message:
        return OutcomeReason.QUOTA_EXCEEDED
    return OutcomeReason.ADMISSION_REFUSED


def what(failure: ChildFailure) -> str:
    """Whose Pod it is about: of executors one is shown to the API server before there are any."""
    return "its executors' Pods" if failure.ref.name == EXECUTOR else "the driver Pod"


def with_remedy(failure: ChildFailure) -> str:
    """The API server's words, and where what they ask for can be said."""
    missing = _MUST_SPECIFY.search(failure.message)
    if missing is None:
        return failure.message
    part = "executor" if failure.ref.name == EXECUTOR else "driver"
    fields = [f"spec.spark.{part}.resources.{name}" for name in _AMOUNT.findall(missing[1])]
    return (
        f"{failure.message}; set {' and '.join(fields)}, or give the namespace a LimitRange with "
        "defaults"
    )
