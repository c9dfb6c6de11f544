"""Which finished runs are deleted."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from swirl_operator.kinds.runs import outcome_of
from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.objects import is_deleting, name_of


def surplus(
    runs: Sequence[Object], *, needed: Collection[str], succeeded_limit: int, failed_limit: int
) -> list[Object]:
    """The oldest finished runs beyond the limits; those that are `needed` stay and do not count."""
    found: list[Object] = []
    for outcomes, limit in (
        (("Succeeded",), succeeded_limit),
        (("Failed", "Cancelled"), failed_limit),
    ):
        finished = [
            run
            for run in runs
            if outcome_of(run) in outcomes and name_of(run) not in needed and not is_deleting(run)
        ]
        finished.sort(key=lambda run: (run["status"].get("completionTime", ""), name_of(run)))
        found += finished[: max(len(finished) - limit, 0)]
    return found
