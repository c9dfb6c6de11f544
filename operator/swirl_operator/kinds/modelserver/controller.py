"""Ties the server's planner to the runtime: what it reads, whom it concerns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from swirl.kube.resources import DEPLOYMENTS, PODDISRUPTIONBUDGETS, PODS, SERVICES, Resource
from swirl_operator.kinds.modelserver.plan import plan_server
from swirl_operator.kinds.modelserver.related import ServerRelated
from swirl_operator.kinds.monitored import monitored_keys
from swirl_operator.kinds.resources import (
    ANALYTICSJOBS,
    ANALYTICSRUNS,
    MODELSERVERS,
    SWIRLMONITORS,
)
from swirl_operator.pods.installation import Installation
from swirl_operator.pods.lookup import key_of_pod, pods_of
from swirl_operator.runtime.interface import CacheReader, Object, Observation, Plan
from swirl_operator.runtime.key import Key
from swirl_operator.runtime.objects import name_of, namespace_of, status_of
from swirl_operator.status.invalid import invalid_plan


class ModelServerController:
    """Reconciles ModelServers."""

    resource = MODELSERVERS
    owns: tuple[Resource, ...] = (DEPLOYMENTS, SERVICES, PODDISRUPTIONBUDGETS)

    def __init__(self, installation: Installation) -> None:
        self._installation = installation

    def related(self, obj: Object, cache: CacheReader) -> ServerRelated:
        """Read from the cache."""
        namespace = namespace_of(obj)
        source = obj["spec"]["model"]
        job = cache.get(ANALYTICSJOBS, namespace, source["job"]) if source.get("job") else None
        run_name = source.get("run")
        if run_name is None and job is not None:
            # Of the spec as it is now: a status that lags behind must not choose the version.
            run_name = _current_run(job)
        return ServerRelated(
            job=job,
            run=cache.get(ANALYTICSRUNS, namespace, run_name) if run_name else None,
            pods=pods_of(obj, MODELSERVERS, cache),
            monitors=cache.list(SWIRLMONITORS, namespace),
        )

    def dependents(self, obj: Object, resource: Resource, cache: CacheReader) -> Iterable[Key]:
        """Servers that follow a job or a run, own a pod, or are judged by a monitor."""
        namespace, name = namespace_of(obj), name_of(obj)
        if resource == SWIRLMONITORS:
            yield from monitored_keys(obj, MODELSERVERS)
        elif resource == PODS:
            if (key := key_of_pod(obj, MODELSERVERS)) is not None:
                yield key
        elif resource in (ANALYTICSJOBS, ANALYTICSRUNS):
            job = name if resource == ANALYTICSJOBS else obj["spec"]["job"]
            for server in cache.list(MODELSERVERS, namespace):
                source = server["spec"]["model"]
                if source.get("job") == job or source.get("run") == name:
                    yield Key(MODELSERVERS.kind, namespace, name_of(server))

    def plan(self, observation: Observation[ServerRelated]) -> Plan:
        return plan_server(observation, self._installation)

    def invalid(self, observation: Observation[Any], error: Exception) -> Plan:
        return invalid_plan(observation, error)


def _current_run(job: Object) -> str | None:
    status = status_of(job)
    if status.get("observedGeneration") != job["metadata"]["generation"]:
        return None
    current = status.get("currentRun")
    return str(current["name"]) if current else None
