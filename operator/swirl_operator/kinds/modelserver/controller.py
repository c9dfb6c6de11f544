"""Ties the server's planner to the runtime: what it reads, whom it concerns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from swirl_operator.kinds.modelserver.manifests import KIND, Surroundings
from swirl_operator.kinds.modelserver.plan import plan_server
from swirl_operator.kinds.resources import (
    ANALYTICSJOBS,
    ANALYTICSRUNS,
    MODELSERVERS,
    SWIRLMONITORS,
)
from swirl_operator.kinds.watched import watched_keys
from swirl_operator.pods import labels
from swirl_operator.runtime.interface import CacheReader, Object, Observation, Plan
from swirl_operator.runtime.resources import DEPLOYMENTS, PODS, SERVICES, Key, Resource
from swirl_operator.status.invalid import invalid_plan


class ModelServerController:
    """Reconciles ModelServers."""

    resource = MODELSERVERS
    owns: tuple[Resource, ...] = (DEPLOYMENTS, SERVICES)

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def related(self, obj: Object, cache: CacheReader) -> Mapping[str, Any]:
        """The job and run behind the model, the server's pods, and the monitors."""
        namespace, name = obj["metadata"]["namespace"], obj["metadata"]["name"]
        source = obj["spec"]["model"]
        job = cache.get(ANALYTICSJOBS, namespace, source["job"]) if source.get("job") else None
        run_name = source.get("run")
        if job is not None:
            # Of the spec as it is now: a status that lags behind must not choose the version.
            run_name = _current_run(job)
        return {
            "job": job,
            "run": cache.get(ANALYTICSRUNS, namespace, run_name) if run_name else None,
            "pods": [
                pod
                for pod in cache.labelled(PODS, namespace, labels.NAME, name)
                if pod["metadata"]["labels"].get(labels.KIND) == KIND
            ],
            "monitors": cache.list(SWIRLMONITORS, namespace),
        }

    def dependents(self, obj: Object, resource: Resource, cache: CacheReader) -> Iterable[Key]:
        """Servers that follow a job or a run, own a pod, or are judged by a monitor."""
        namespace, name = obj["metadata"]["namespace"], obj["metadata"]["name"]
        if resource == SWIRLMONITORS:
            yield from watched_keys(obj, MODELSERVERS)
        elif resource == PODS:
            own = obj["metadata"].get("labels") or {}
            if own.get(labels.KIND) == KIND and own.get(labels.NAME):
                yield Key(KIND, namespace, own[labels.NAME])
        elif resource in (ANALYTICSJOBS, ANALYTICSRUNS):
            job = name if resource == ANALYTICSJOBS else obj["spec"]["job"]
            for server in cache.list(MODELSERVERS, namespace):
                source = server["spec"]["model"]
                if source.get("job") == job or source.get("run") == name:
                    yield Key(KIND, namespace, server["metadata"]["name"])

    def plan(self, observation: Observation) -> Plan:
        return plan_server(observation, self._around)

    def invalid(self, observation: Observation, error: Exception) -> Plan:
        return invalid_plan(observation, error)


def _current_run(job: Object) -> str | None:
    status = job.get("status") or {}
    if status.get("observedGeneration") != job["metadata"]["generation"]:
        return None
    current = status.get("currentRun")
    return str(current["name"]) if current else None
