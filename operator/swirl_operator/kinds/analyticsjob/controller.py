"""Ties the job's planner to the runtime: what it reads, whom it concerns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from swirl_operator.kinds.analyticsjob.plan import plan_job
from swirl_operator.kinds.resources import (
    ANALYTICSJOBS,
    ANALYTICSRUNS,
    MODELSERVERS,
    SWIRLMONITORS,
)
from swirl_operator.kinds.watched import watched_keys
from swirl_operator.pods import labels
from swirl_operator.runtime.interface import CacheReader, Object, Observation, Plan
from swirl_operator.runtime.resources import PODS, Key, Resource
from swirl_operator.status.invalid import invalid_plan


class AnalyticsJobController:
    """Reconciles AnalyticsJobs."""

    resource = ANALYTICSJOBS
    owns: tuple[Resource, ...] = (ANALYTICSRUNS,)

    def related(self, obj: Object, cache: CacheReader) -> Mapping[str, Any]:
        """Driver Pods of all the job's runs, the monitors that may judge it, and the servers that
        may need its runs."""
        namespace, name = obj["metadata"]["namespace"], obj["metadata"]["name"]
        return {
            "drivers": cache.labelled(PODS, namespace, labels.JOB, name),
            "monitors": cache.list(SWIRLMONITORS, namespace),
            "servers": cache.list(MODELSERVERS, namespace),
        }

    def dependents(self, obj: Object, resource: Resource, cache: CacheReader) -> Iterable[Key]:
        """A new stream waits for the old one's Pods; a verdict is about the jobs it names; a
        server that went on needs the old run no more."""
        if resource == MODELSERVERS and obj["spec"]["model"].get("job"):
            namespace = obj["metadata"]["namespace"]
            yield Key(ANALYTICSJOBS.kind, namespace, obj["spec"]["model"]["job"])
        if resource == SWIRLMONITORS:
            yield from watched_keys(obj, ANALYTICSJOBS)
        if resource == PODS:
            job = (obj["metadata"].get("labels") or {}).get(labels.JOB)
            if job:
                yield Key(ANALYTICSJOBS.kind, obj["metadata"]["namespace"], job)

    def plan(self, observation: Observation) -> Plan:
        return plan_job(observation)

    def invalid(self, observation: Observation, error: Exception) -> Plan:
        return invalid_plan(observation, error)
