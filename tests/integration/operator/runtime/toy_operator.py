"""An operator for a toy kind, to put the runtime under load and under fire.

A Toy wants Pods that are made exactly once each, and a ConfigMap that follows its spec. Run as a
script it is a whole operator process: `toy_operator.py IDENTITY PROBE_PORT`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from swirl.kube.resources import CONFIGMAPS, PODS, Resource
from swirl.process import configure_logging
from swirl.wire.reasons import OutcomeReason
from swirl_operator.runtime.interface import CacheReader, Event, Object, Observation, Plan, Ref
from swirl_operator.runtime.key import Key
from swirl_operator.runtime.options import Options
from swirl_operator.runtime.process import QUIET, main
from swirl_operator.status.conditions import ready, reconciling, stalled, write
from swirl_operator.status.reasons import Reason

TOYS = Resource("test.swirl.dev", "v1", "toys", "Toy")

CRD: Object = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "toys.test.swirl.dev"},
    "spec": {
        "group": TOYS.group,
        "scope": "Namespaced",
        "names": {"plural": "toys", "singular": "toy", "kind": "Toy"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "subresources": {"status": {}},
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {
                            "spec": {
                                "type": "object",
                                "x-kubernetes-preserve-unknown-fields": True,
                            },
                            "status": {
                                "type": "object",
                                "default": {"observedGeneration": -1},
                                "properties": {
                                    "observedGeneration": {"type": "integer"},
                                    "planned": {"type": "array", "items": {"type": "string"}},
                                    "seen": {"type": "array", "items": {"type": "string"}},
                                    "lost": {"type": "array", "items": {"type": "string"}},
                                    "refused": {"type": "string"},
                                    "verdict": {"type": "string"},
                                    "conditions": {
                                        "type": "array",
                                        "x-kubernetes-list-type": "map",
                                        "x-kubernetes-list-map-keys": ["type"],
                                        "items": {
                                            "type": "object",
                                            "required": ["type"],
                                            "properties": {"type": {"type": "string"}},
                                            "x-kubernetes-preserve-unknown-fields": True,
                                        },
                                    },
                                },
                            },
                        },
                    }
                },
            }
        ],
    },
}


class ToyController:
    resource = TOYS
    owns: tuple[Resource, ...] = (PODS, CONFIGMAPS)

    def related(self, obj: Object, cache: CacheReader) -> Mapping[str, Any]:
        return {}

    def dependents(self, obj: Object, resource: Resource, cache: CacheReader) -> Iterable[Key]:
        return ()

    def plan(self, observation: Observation[Any]) -> Plan:
        obj = observation.obj
        metadata, status = obj["metadata"], obj.get("status") or {}
        namespace, name = metadata["namespace"], metadata["name"]
        # A spec that is not as expected raises here, as a planner's bug would.
        planned = [f"{name}-{number}" for number in range(int(obj["spec"]["pods"]))]
        if status.get("planned") != planned:
            return Plan(status=self._status(observation, planned, done=False), requeue_after=0)
        existing = {pod["metadata"]["name"] for pod in observation.children["pods"]}
        seen, lost = set(status.get("seen") or ()), set(status.get("lost") or ())
        doubtful = {
            Ref(PODS, namespace, pod) for pod in planned if pod in seen - existing - lost
        } - observation.confirmed_absent
        if doubtful:
            return Plan(confirm_absent=tuple(sorted(doubtful, key=lambda ref: ref.name)))
        missing = [pod for pod in planned if pod not in existing | seen]
        done = not missing and not observation.failures
        return Plan(
            create=tuple(_pod(namespace, pod) for pod in missing),
            apply=(_config(obj),) if "config" in obj["spec"] else (),
            status=self._status(observation, planned, done=done),
            events=(Event("Normal", "Complete", "all pods exist"),) if done else (),
        )

    def _status(self, observation: Observation[Any], planned: list[str], *, done: bool) -> Object:
        obj, now = observation.obj, observation.now
        before = obj.get("status") or {}
        existing = {pod["metadata"]["name"] for pod in observation.children["pods"]}
        seen = set(before.get("seen") or ()) | existing
        generation = obj["metadata"]["generation"]
        refused = "; ".join(f"{f.ref.name}: {f.reason}" for f in observation.failures)
        progress = f"{len(existing)} of {len(planned)} pods"
        said = (
            ready(OutcomeReason.SUCCEEDED, progress)
            if done
            else reconciling(Reason.ROLLING_OUT, progress)
        )
        status: Object = {
            "observedGeneration": generation,
            "planned": planned,
            "seen": sorted(seen),
            "lost": sorted(set(before.get("lost") or ()) | (seen - existing)),
            "conditions": write(
                said, before.get("conditions") or [], generation=generation, now=now
            ),
        }
        if refused:
            status["refused"] = refused
        return status

    def invalid(self, observation: Observation[Any], error: Exception) -> Plan:
        obj = observation.obj
        generation = obj["metadata"]["generation"]
        before = (obj.get("status") or {}).get("conditions") or []
        said = stalled(OutcomeReason.INVALID_SPEC, repr(error))
        conditions = write(said, before, generation=generation, now=observation.now)
        return Plan(status={"observedGeneration": generation, "conditions": conditions})


def _pod(namespace: str, name: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"namespace": namespace, "name": name},
        "spec": {"containers": [{"name": "main", "image": "none"}]},
    }


def _config(obj: Object) -> Object:
    metadata = obj["metadata"]
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"namespace": metadata["namespace"], "name": f"{metadata['name']}-config"},
        "data": obj["spec"]["config"],
    }


def options(identity: str, probe_port: int) -> Options:
    lease = float(os.environ.get("TOY_LEASE_SECONDS", "8"))
    return Options(
        identity=identity,
        lease_namespace="default",
        lease_name=os.environ.get("TOY_LEASE", "toy-operator"),
        namespaces=tuple(filter(None, os.environ.get("TOY_NAMESPACES", "").split(","))),
        probe_port=probe_port,
        workers=int(os.environ.get("TOY_WORKERS", "10")),
        lease_seconds=lease,
        renew_deadline_seconds=lease * 0.7,
        renew_period_seconds=0.5,
        second_relist_seconds=5.0,
        relist_seconds=30.0,
    )


if __name__ == "__main__":
    configure_logging(os.environ, quiet=QUIET)
    sys.exit(main([ToyController()], options(sys.argv[1], int(sys.argv[2]))))
