"""Why the API server does not take a driver's Pod, and whether that may pass. Pure.

Both a Pod that is invalid and one that a policy keeps out may be answered with 422: only the first
is the spec's fault for good, and its text says so in words of its own.
"""

from __future__ import annotations

import re
from http import HTTPStatus

from swirl.wire.reasons import OutcomeReason
from swirl_operator.runtime.interface import ChildFailure

_INVALID = re.compile(r'^Pod "[^"]*" is invalid: |^Pod in version "[^"]*" cannot be handled as a ')
"""How the API server begins about the object itself, whoever made it so."""


def why(failure: ChildFailure) -> OutcomeReason:
    """The reason; InvalidSpec does not pass, all others are tried again."""
    if _INVALID.match(failure.message) or failure.code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return OutcomeReason.INVALID_SPEC
    if "exceeded quota" in failure.message or "failed quota" in failure.message:
        return OutcomeReason.QUOTA_EXCEEDED
    return OutcomeReason.ADMISSION_REFUSED
