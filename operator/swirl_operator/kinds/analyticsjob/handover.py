"""Which runs must go, and what must be gone before the next one may come. Pure.

An old run is asked to go and waited for: as long as its object exists it may still start a driver,
and a driver outlives its run for as long as its Pod takes to stop.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from swirl.api.v1alpha1.analyticsjob import AnalyticsJobSpec
from swirl.wire import labels
from swirl_operator.kinds.analyticsjob.history import surplus
from swirl_operator.kinds.resources import ANALYTICSRUNS
from swirl_operator.kinds.runs import outcome_of
from swirl_operator.pods.reading.running import overdue, stays_terminating
from swirl_operator.pods.roles import DRIVER, has_role
from swirl_operator.runtime.interface import Object, Ref
from swirl_operator.runtime.objects import (
    is_deleting,
    labels_of,
    name_of,
    namespace_of,
    phase_of,
    status_of,
)

_ENDED = ("Succeeded", "Failed")


def to_delete(
    spec: AnalyticsJobSpec,
    runs: Sequence[Object],
    drivers: Sequence[Object],
    name: str,
    needed: Collection[str],
) -> tuple[Ref, ...]:
    """Runs to delete when `name` is the present one: old ones, and those of other versions.

    None of them is one that somebody needs.
    """
    going = surplus(
        runs,
        needed=needed,
        succeeded_limit=spec.successful_runs_history_limit,
        failed_limit=spec.failed_runs_history_limit,
    )
    going += [run for run in runs if _superseded(spec, run, drivers, name)]
    return tuple(
        Ref(ANALYTICSRUNS, namespace_of(run), name_of(run), run["metadata"]["uid"]) for run in going
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
        f"AnalyticsRun {name_of(run)}" for run in runs if streaming and outcome_of(run) == "Running"
    ]
    found += [f"Pod {name_of(pod)}" for pod in _living(spec, drivers, name)]
    return found


def stuck(
    spec: AnalyticsJobSpec, drivers: Sequence[Object], name: str, now: datetime
) -> str | None:
    """What to do about a driver in the way of run `name` that should be gone and is not."""
    for pod in _living(spec, drivers, name):
        if overdue(pod, now):
            return f"Pod {name_of(pod)} {stays_terminating(pod).message}"
    return None


def _living(spec: AnalyticsJobSpec, drivers: Sequence[Object], name: str) -> list[Object]:
    streaming = spec.mode == "Streaming"
    return [
        pod
        for pod in drivers
        if phase_of(pod) not in _ENDED
        and has_role(pod, DRIVER)
        and (streaming or labels_of(pod).get(labels.RUN) == name)
    ]


def _superseded(spec: AnalyticsJobSpec, run: Object, drivers: Sequence[Object], name: str) -> bool:
    if outcome_of(run) != "Running" or is_deleting(run):
        return False
    other = name_of(run) != name
    if spec.mode == "Streaming":
        return other or spec.suspend
    # A Batch run is left to end, unless it never began: the version it was made for is gone.
    return other and not _began(run, drivers)


def _began(run: Object, drivers: Sequence[Object]) -> bool:
    """By its status, or by its Pods: a status that was lost is made anew from them."""
    attempts = status_of(run).get("attempts") or ()
    return any("startedAt" in attempt for attempt in attempts) or any(
        phase_of(pod) not in ("", "Pending") and labels_of(pod).get(labels.RUN) == name_of(run)
        for pod in drivers
    )
