"""Ties the run's planner to the runtime: what it reads, whom it concerns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from swirl.kube.resources import PODS, Resource
from swirl.wire import labels
from swirl_operator.kinds.analyticsrun import former
from swirl_operator.kinds.analyticsrun.plan import plan_run
from swirl_operator.kinds.analyticsrun.related import RunRelated
from swirl_operator.kinds.resources import ANALYTICSJOBS, ANALYTICSRUNS
from swirl_operator.kinds.runs import outcome_of
from swirl_operator.pods.installation import Installation
from swirl_operator.pods.roles import EXECUTOR, has_role
from swirl_operator.runtime.interface import CacheReader, Object, Observation, Plan
from swirl_operator.runtime.key import Key
from swirl_operator.runtime.objects import (
    condition_of,
    generation_of,
    labels_of,
    name_of,
    namespace_of,
    phase_of,
    status_of,
)
from swirl_operator.status.invalid import invalid_plan
from swirl_operator.status.reasons import Reason

_ENDED = ("Succeeded", "Failed")


def _may_concern(job: Object, run: Object) -> bool:
    if outcome_of(run) != "Running":
        return False
    attempts = status_of(run).get("attempts")
    if not attempts:
        return True
    if "startedAt" not in attempts[-1] and _was_edited(job):
        # Its driver may be waiting for just that.
        return True
    state = condition_of(run, "Ready")
    waits = state is not None and state["reason"] == Reason.SUSPENDED
    return waits != bool(job["spec"].get("suspend"))


def _was_edited(job: Object) -> bool:
    return bool(status_of(job).get("observedGeneration") != generation_of(job))


class AnalyticsRunController:
    """Reconciles AnalyticsRuns."""

    resource = ANALYTICSRUNS
    owns: tuple[Resource, ...] = (PODS,)

    def __init__(self, installation: Installation) -> None:
        self._installation = installation

    def related(self, obj: Object, cache: CacheReader) -> RunRelated:
        """Read from the cache."""
        namespace, job = namespace_of(obj), obj["spec"]["job"]
        return RunRelated(
            job=cache.get(ANALYTICSJOBS, namespace, job),
            pods=cache.labelled(PODS, namespace, labels.RUN, name_of(obj)),
            drivers=cache.labelled(PODS, namespace, labels.JOB, job),
        )

    def dependents(self, obj: Object, resource: Resource, cache: CacheReader) -> Iterable[Key]:
        """A job's runs may wait for it to exist, to go on, or to place Pods otherwise.

        A job's status is written often: its runs are looked at only if they may see it otherwise.
        Executors are their driver's, and concern its run.
        """
        if resource == PODS and has_role(obj, EXECUTOR) and labels.RUN in labels_of(obj):
            yield Key(ANALYTICSRUNS.kind, namespace_of(obj), labels_of(obj)[labels.RUN])
        if resource != ANALYTICSJOBS:
            return
        namespace, name = namespace_of(obj), name_of(obj)
        for run in cache.naming(ANALYTICSRUNS, namespace, "job", name):
            if _may_concern(obj, run):
                yield Key(ANALYTICSRUNS.kind, namespace, name_of(run))

    def plan(self, observation: Observation[RunRelated]) -> Plan:
        return plan_run(observation, self._installation)

    def invalid(self, observation: Observation[Any], error: Exception) -> Plan:
        """Over, but not while a driver works that nobody would look after, nor for our own fault.

        What else was made from it would wait for the end of that driver for ever.
        """
        run = observation.obj
        attempts = status_of(run).get("attempts")
        if attempts:
            today = [former.in_todays_words(attempt) for attempt in attempts]
            status = {**status_of(run), "attempts": today}
            observation = replace(observation, obj={**run, "status": status})
        works = any(phase_of(pod) not in _ENDED for pod in observation.owned(PODS))
        is_over = isinstance(error, ValueError) and not works
        return invalid_plan(observation, error, bounded=True, is_over=is_over)
