"""What to say when the API server does not take a child."""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus

from swirl_operator.runtime.interface import ChildFailure
from swirl_operator.runtime.owner import NAME_CLASH
from swirl_operator.status.conditions import Conditions, reconciling, stalled
from swirl_operator.status.reasons import Reason

_KEPT_OUT = re.compile(r'admission webhook |[\w.]+ "[^"]*" is forbidden: ')
"""How it begins when a webhook or a policy refuses what is valid."""
_UNREADABLE = re.compile(
    r'[\w.]+ in version "[^"]*" cannot be handled as a '
    "|failed to create typed patch object |failed to convert new object "
)
"""How the API server begins when there is no such field, or its value is of another kind."""


def is_invalid(failure: ChildFailure) -> bool:
    """Whether the object is at fault, and will be until somebody corrects what it is made from.

    By its words: a policy that keeps it out may answer with the same code, and what cannot be
    applied for a field that does not exist is answered with 500.
    """
    if failure.code == HTTPStatus.UNPROCESSABLE_ENTITY:
        return _KEPT_OUT.match(failure.message) is None
    too_large = failure.code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return too_large or _UNREADABLE.match(failure.message) is not None


def refused(failures: Sequence[ChildFailure]) -> Conditions | None:
    """About the first refusal, None without one.

    A taken name or an invalid child stays refused until somebody acts; anything else, a quota for
    example, may pass.
    """
    if not failures:
        return None
    failure = failures[0]
    message = f"{failure.ref.resource.kind} {failure.ref.name}: {failure.message}"
    if failure.reason == NAME_CLASH:
        return stalled(Reason.NAME_CLASH, message)
    if is_invalid(failure):
        return stalled(Reason.INVALID_CHILD, message)
    return reconciling(Reason.CHILD_REFUSED, message)
