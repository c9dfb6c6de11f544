"""Which finished runs are deleted."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from swirl_operator.kinds.runs import outcome_of
from swirl_operator.runtime.interface import Object


def surplus(
    runs: Sequence[Object], *, needed: Collection[str], succeeded_limit: int, failed_limit: int
) -> list[Object]:
    """The oldest finished runs beyond the limits; those that are `needed` stay and do not count."""
    doomed: list[Object] = []
    for outcome, limit in (("Succeeded", succeeded_limit), ("Failed", failed_limit)):
        finished = [
            run
            for run in runs
            if outcome_of(run) == outcome
            and run["metadata"]["name"] not in needed
            and not run["metadata"].get("deletionTimestamp")
        ]
        finished.sort(key=lambda run: (run["status"].get("completionTime", ""), _name(run)))
        doomed += finished[: max(len(finished) - limit, 0)]
    return doomed


def _name(run: Object) -> str:
    return str(run["metadata"]["name"])
