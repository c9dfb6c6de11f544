"""Ties the run's planner to the runtime: what it reads, whom it concerns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from swirl_operator.kinds.analyticsrun.driver import Surroundings
from swirl_operator.kinds.analyticsrun.plan import plan_run
from swirl_operator.kinds.resources import ANALYTICSJOBS, ANALYTICSRUNS
from swirl_operator.pods import labels
from swirl_operator.runtime.interface import CacheReader, Object, Observation, Plan
from swirl_operator.runtime.resources import PODS, Key, Resource
from swirl_operator.status.invalid import invalid_plan


class AnalyticsRunController:
    """Reconciles AnalyticsRuns."""

    resource = ANALYTICSRUNS
    owns: tuple[Resource, ...] = (PODS,)

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings

    def related(self, obj: Object, cache: CacheReader) -> Mapping[str, Any]:
        """The run's job, every Pod of the run, executors included, and of the job."""
        namespace, name = obj["metadata"]["namespace"], obj["metadata"]["name"]
        return {
            "job": cache.get(ANALYTICSJOBS, namespace, obj["spec"]["job"]),
            "pods": cache.labelled(PODS, namespace, labels.RUN, name),
            "drivers": cache.labelled(PODS, namespace, labels.JOB, obj["spec"]["job"]),
        }

    def dependents(self, obj: Object, resource: Resource, cache: CacheReader) -> Iterable[Key]:
        """A job's runs may be waiting for it to exist."""
        if resource != ANALYTICSJOBS:
            return
        namespace, name = obj["metadata"]["namespace"], obj["metadata"]["name"]
        for run in cache.list(ANALYTICSRUNS, namespace):
            if run["spec"]["job"] == name and "jobSpec" not in (run.get("status") or {}):
                yield Key(ANALYTICSRUNS.kind, namespace, run["metadata"]["name"])

    def plan(self, observation: Observation) -> Plan:
        return plan_run(observation, self._surroundings)

    def invalid(self, observation: Observation, error: Exception) -> Plan:
        return invalid_plan(observation, error, bounded=True)
