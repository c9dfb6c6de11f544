"""`Ready` is honest in time: what is not as asked and stays so becomes `False`. Pure.

`Ready=Unknown` says that something is under way. Whatever the cause, after a fixed time without
progress it is `False` and `Stalled`, says since when, and is what somebody has to look at; it turns
`True` by itself when the cause is gone. The time it began is kept in the status
(`status.notReadySince`), so that an operator that was restarted does not begin to wait anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from swirl.wire.times import from_rfc3339, rfc3339
from swirl_operator.runtime.interface import Object
from swirl_operator.status.conditions import Conditions, stalled

PATIENCE = timedelta(seconds=120)
"""As long as a Deployment may go on without progress: a model loads in less."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Conditions once time was considered.

    Attributes:
        conditions: what is to be said.
        fields: of the status; they go with the next one.
        look_again: seconds until time alone changes what is said, None if it does not.
    """

    conditions: Conditions
    fields: Object
    look_again: float | None = None


def judge(
    conditions: Conditions,
    before: Object,
    *,
    now: datetime,
    progressed_at: str | None = None,
    patience: timedelta = PATIENCE,
) -> Judged:
    """The conditions, no longer `Unknown` where that lasted too long.

    Args:
        conditions: as they would be if time did not matter.
        before: the status that was written last.
        now: the present time.
        progressed_at: when something last moved towards what was asked for, if that is known.
        patience: how long it may last.
    """
    ready = next(item for item in conditions if item.type == "Ready")
    if ready.status == "True":
        return Judged(conditions, {})
    known = before.get("notReadySince")
    since = from_rfc3339(known) if known else now
    if progressed_at is not None:
        since = max(since, from_rfc3339(progressed_at))
    fields: Object = {"notReadySince": rfc3339(since)}
    if ready.status == "False":
        return Judged(conditions, fields)
    left = (since + patience - now).total_seconds()
    if left > 0:
        return Judged(conditions, fields, left)
    message = f"{ready.message} Not ready since {rfc3339(since)}."
    others = tuple(item for item in conditions if item.type not in ("Ready", "Reconciling"))
    return Judged((*stalled(ready.reason, message), *others), fields)
