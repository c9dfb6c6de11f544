"""Ties the job's planner to the runtime: what it reads, whom it concerns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from swirl.kube.resources import PODS, Resource
from swirl.wire import labels
from swirl_operator.kinds.analyticsjob.plan import plan_job
from swirl_operator.kinds.analyticsjob.related import JobRelated
from swirl_operator.kinds.monitored import monitored_keys
from swirl_operator.kinds.resources import (
    ANALYTICSJOBS,
    ANALYTICSRUNS,
    MODELSERVERS,
    SWIRLMONITORS,
)
from swirl_operator.runtime.interface import CacheReader, Object, Observation, Plan
from swirl_operator.runtime.key import Key
from swirl_operator.runtime.objects import (
    is_deleting,
    labels_of,
    name_of,
    namespace_of,
    phase_of,
)
from swirl_operator.status.invalid import invalid_plan


def _gives_way(pod: Object, cache: CacheReader) -> bool:
    """Whether the Pod has ended, ends or is gone: one that starts or runs lets nobody go on."""
    return (
        phase_of(pod) in ("Succeeded", "Failed")
        or is_deleting(pod)
        or cache.get(PODS, namespace_of(pod), name_of(pod)) is None
    )


class AnalyticsJobController:
    """Reconciles AnalyticsJobs."""

    resource = ANALYTICSJOBS
    owns: tuple[Resource, ...] = (ANALYTICSRUNS,)

    def related(self, obj: Object, cache: CacheReader) -> JobRelated:
        """Read from the cache."""
        namespace = namespace_of(obj)
        return JobRelated(
            drivers=cache.labelled(PODS, namespace, labels.JOB, name_of(obj)),
            monitors=cache.list(SWIRLMONITORS, namespace),
            servers=cache.list(MODELSERVERS, namespace),
        )

    def dependents(self, obj: Object, resource: Resource, cache: CacheReader) -> Iterable[Key]:
        """Jobs that a change of something else concerns.

        A new stream waits for the old one's Pods; a verdict is about the jobs it names; a server
        that went on needs the old run no more.
        """
        if resource == MODELSERVERS and obj["spec"]["model"].get("job"):
            yield Key(ANALYTICSJOBS.kind, namespace_of(obj), obj["spec"]["model"]["job"])
        if resource == SWIRLMONITORS:
            yield from monitored_keys(obj, ANALYTICSJOBS)
        if resource == PODS and _gives_way(obj, cache):
            job = labels_of(obj).get(labels.JOB)
            if job:
                yield Key(ANALYTICSJOBS.kind, namespace_of(obj), job)

    def plan(self, observation: Observation[JobRelated]) -> Plan:
        return plan_job(observation)

    def invalid(self, observation: Observation[Any], error: Exception) -> Plan:
        return invalid_plan(observation, error)
