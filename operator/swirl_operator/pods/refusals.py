"""What to say when the API server does not take a child."""

from __future__ import annotations

from collections.abc import Sequence

from swirl_operator.pods.reading.refusal import read_refusal
from swirl_operator.runtime.interface import ChildFailure
from swirl_operator.runtime.owner import LEFT_BEHIND, NAME_CLASH
from swirl_operator.status.conditions import Conditions, reconciling, stalled
from swirl_operator.status.reasons import Reason


def refused(failures: Sequence[ChildFailure], *, also: str = "") -> Conditions | None:
    """About the first refusal, None without one.

    A taken name or an invalid child stays refused until somebody acts; anything else may pass.

    Args:
        failures: what was refused.
        also: sentences to end with.
    """
    if not failures:
        return None
    failure = failures[0]
    what = f"{failure.ref.resource.kind} {failure.ref.name}"
    if failure.reason == NAME_CLASH:
        return stalled(Reason.NAME_CLASH, f"{what}: {failure.message}.{also}")
    if failure.reason == LEFT_BEHIND:
        return reconciling(Reason.CHILD_REFUSED, f"{what}: {failure.message}.{also}")
    read = read_refusal(failure.message, failure.code)
    message = f"{what} cannot be created: {read.message}.{also}"
    return (stalled if read.permanent else reconciling)(read.reason, message)
