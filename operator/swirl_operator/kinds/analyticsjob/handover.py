"""Which runs must go, and what must be gone before the next one may come. Pure.

An old run is asked to go and waited for: as long as its object exists it may still start a driver,
and a driver outlives its run for as long as its Pod takes to stop.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from swirl.api.v1alpha1.analyticsjob import AnalyticsJobSpec
from swirl_operator.kinds.analyticsjob.history import surplus
from swirl_operator.kinds.resources import ANALYTICSRUNS
from swirl_operator.kinds.runs import outcome_of
from swirl_operator.pods import labels
from swirl_operator.runtime.interface import Object, Ref

_ENDED = ("Succeeded", "Failed")


def to_delete(
    spec: AnalyticsJobSpec, runs: Sequence[Object], name: str, needed: Collection[str]
) -> tuple[Ref, ...]:
    """Runs to delete when `name` is the present one: old ones that nobody needs, and those of
    other versions."""
    doomed = surplus(
        runs,
        needed=needed,
        succeeded_limit=spec.successful_runs_history_limit,
        failed_limit=spec.failed_runs_history_limit,
    )
    doomed += [run for run in runs if _superseded(spec, run, name)]
    return tuple(
        Ref(
            ANALYTICSRUNS,
            run["metadata"]["namespace"],
            run["metadata"]["name"],
            run["metadata"]["uid"],
        )
        for run in doomed
    )


def in_the_way(
    spec: AnalyticsJobSpec, runs: Sequence[Object], drivers: Sequence[Object], name: str
) -> list[str]:
    """What must be gone before run `name` is created. Called when there is no such run.

    Of a Batch job only drivers of an earlier run of that very name; of a Streaming job every
    run and driver, since two drivers would fight over one checkpoint.
    """
    streaming = spec.mode == "Streaming"
    found = [
        f"AnalyticsRun {run['metadata']['name']}"
        for run in runs
        if streaming and outcome_of(run) == "Running"
    ]
    found += [
        f"Pod {pod['metadata']['name']}"
        for pod in drivers
        if (pod.get("status") or {}).get("phase") not in _ENDED
        and pod["metadata"]["labels"].get(labels.ROLE) == "driver"
        and (streaming or pod["metadata"]["labels"].get(labels.RUN) == name)
    ]
    return found


def _superseded(spec: AnalyticsJobSpec, run: Object, name: str) -> bool:
    if outcome_of(run) != "Running" or run["metadata"].get("deletionTimestamp"):
        return False
    other = run["metadata"]["name"] != name
    if spec.mode == "Streaming":
        return other or spec.suspend
    # A Batch run is left to end, unless it never began: the version it was made for is gone.
    attempts = (run.get("status") or {}).get("attempts") or ()
    return other and not any("startedAt" in attempt for attempt in attempts)
