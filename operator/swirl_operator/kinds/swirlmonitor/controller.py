"""Ties the monitor's planner to the runtime: what it reads, whom it concerns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from swirl_operator.kinds.resources import SWIRLMONITORS
from swirl_operator.kinds.swirlmonitor.manifests import KIND, Surroundings
from swirl_operator.kinds.swirlmonitor.plan import plan_monitor
from swirl_operator.pods import labels
from swirl_operator.runtime.interface import CacheReader, Object, Observation, Plan
from swirl_operator.runtime.resources import DEPLOYMENTS, PODS, Key, Resource
from swirl_operator.status.invalid import invalid_plan


class SwirlMonitorController:
    """Reconciles SwirlMonitors."""

    resource = SWIRLMONITORS
    owns: tuple[Resource, ...] = (DEPLOYMENTS,)

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    def related(self, obj: Object, cache: CacheReader) -> Mapping[str, Any]:
        """The engine's pods."""
        namespace, name = obj["metadata"]["namespace"], obj["metadata"]["name"]
        return {
            "pods": [
                pod
                for pod in cache.labelled(PODS, namespace, labels.NAME, name)
                if pod["metadata"]["labels"].get(labels.KIND) == KIND
            ]
        }

    def dependents(self, obj: Object, resource: Resource, cache: CacheReader) -> Iterable[Key]:
        """The monitor whose engine a pod runs."""
        if resource == PODS:
            own = obj["metadata"].get("labels") or {}
            if own.get(labels.KIND) == KIND and own.get(labels.NAME):
                yield Key(KIND, obj["metadata"]["namespace"], own[labels.NAME])

    def plan(self, observation: Observation) -> Plan:
        return plan_monitor(observation, self._around)

    def invalid(self, observation: Observation, error: Exception) -> Plan:
        return invalid_plan(observation, error, not_ours=("verdict", "readFrom"))
