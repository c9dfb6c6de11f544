"""What to say when the API server does not take a child."""

from __future__ import annotations

from collections.abc import Sequence

from swirl_operator.runtime.interface import ChildFailure
from swirl_operator.status.conditions import Conditions, reconciling, stalled


def refused(failures: Sequence[ChildFailure]) -> Conditions | None:
    """About the first refusal, None without one.

    A taken name or an invalid child stays refused until somebody acts; anything else, a quota for
    example, may pass.
    """
    if not failures:
        return None
    failure = failures[0]
    message = f"{failure.ref.resource.kind} {failure.ref.name}: {failure.message}"
    if failure.reason == "NameClash":
        return stalled("NameClash", message)
    if failure.code == 422:
        return stalled("InvalidChild", message)
    return reconciling("ChildRefused", message)
