"""What to say when the API server does not take a child."""

from __future__ import annotations

from collections.abc import Sequence

from swirl_operator.runtime.interface import ChildFailure
from swirl_operator.runtime.owner import NAME_CLASH
from swirl_operator.status.conditions import Conditions, reconciling, stalled
from swirl_operator.status.reasons import Reason


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
    if failure.code == 422:
        return stalled(Reason.INVALID_CHILD, message)
    return reconciling(Reason.CHILD_REFUSED, message)
