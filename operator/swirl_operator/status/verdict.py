"""The verdict that a SwirlMonitor's status holds, as the engine wrote it."""

from __future__ import annotations

from pydantic import ValidationError

from swirl.api.v1alpha1.swirlmonitor import Verdict
from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.objects import status_of


def verdict_of(monitor: Object) -> Verdict | None:
    """Return the verdict, or None while there is none.

    One that another version of Swirl wrote, and that reads otherwise today, counts as none: the
    objects it would be said of are not to blame, and the engine replaces it as soon as it runs.
    """
    said = status_of(monitor).get("verdict")
    if not said:
        return None
    try:
        return Verdict.model_validate(said)
    except ValidationError:
        return None
