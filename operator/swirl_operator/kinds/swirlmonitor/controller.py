"""Ties the monitor's planner to the runtime: what it reads, whom it concerns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from swirl.kube.resources import DEPLOYMENTS, PODS, Resource
from swirl_operator.kinds.monitored import monitored_keys
from swirl_operator.kinds.resources import ANALYTICSJOBS, MODELSERVERS, SWIRLMONITORS
from swirl_operator.kinds.swirlmonitor.plan import plan_monitor
from swirl_operator.kinds.swirlmonitor.related import MonitorRelated
from swirl_operator.pods.installation import Installation
from swirl_operator.pods.lookup import key_of_pod, pods_of
from swirl_operator.runtime.interface import CacheReader, Object, Observation, Plan
from swirl_operator.runtime.key import Key
from swirl_operator.runtime.objects import name_of, namespace_of
from swirl_operator.status.invalid import invalid_plan

_ENGINES = ("verdict", "readFrom", "trouble", "incidents")
"""Fields of the status that the analysis writes."""


_KINDS: dict[object, Resource] = {kind.kind: kind for kind in (ANALYTICSJOBS, MODELSERVERS)}
"""What a node may refer to, as far as the operator can tell whether it exists."""


class SwirlMonitorController:
    """Reconciles SwirlMonitors."""

    resource = SWIRLMONITORS
    owns: tuple[Resource, ...] = (DEPLOYMENTS,)

    def __init__(self, installation: Installation) -> None:
        self._installation = installation

    def related(self, obj: Object, cache: CacheReader) -> MonitorRelated:
        """Read from the cache."""
        return MonitorRelated(
            pods=pods_of(obj, SWIRLMONITORS, cache),
            missing=tuple(
                node["name"]
                for node in obj["spec"]["nodes"]
                if (resource := _KINDS.get((node.get("ref") or {}).get("kind"))) is not None
                and cache.get(resource, namespace_of(obj), node["ref"]["name"]) is None
            ),
        )

    def dependents(self, obj: Object, resource: Resource, cache: CacheReader) -> Iterable[Key]:
        """The monitor whose engine a pod runs, and those that watch what comes or goes."""
        if resource == PODS and (key := key_of_pod(obj, SWIRLMONITORS)) is not None:
            yield key
        if resource.kind in _KINDS:
            for monitor in cache.list(SWIRLMONITORS, namespace_of(obj)):
                if any(key.name == name_of(obj) for key in monitored_keys(monitor, resource)):
                    yield Key(SWIRLMONITORS.kind, namespace_of(monitor), name_of(monitor))

    def plan(self, observation: Observation[MonitorRelated]) -> Plan:
        return plan_monitor(observation, self._installation)

    def invalid(self, observation: Observation[Any], error: Exception) -> Plan:
        return invalid_plan(observation, error, not_ours=_ENGINES)
