"""How far a Deployment is with the manifest it was given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from swirl.kube.resources import DEPLOYMENTS, Resource
from swirl.wire.labels import APPLIED_HASH
from swirl_operator.runtime.apply import stamped
from swirl_operator.runtime.interface import Object, Observation
from swirl_operator.runtime.objects import (
    annotations_of,
    condition_of,
    name_of,
    status_of,
)
from swirl_operator.runtime.owner import adopt


@dataclass(frozen=True, slots=True)
class Rollout:
    """How far it is.

    Attributes:
        begun: the Deployment was made from the present manifest.
        done: every replica is new and available and no old one is left.
        stuck: Kubernetes gave up waiting for it.
        complete: it was done before; what is missing now was lost, or is more than before.
        ready: replicas that are ready, old ones included.
        total: replicas, old ones included.
        wanted: replicas.
        former: replicas of older manifests that are still there.
        message: how many of those wanted are ready; never enough to be said alone.
        refused: what the API server says against its Pods, empty if nothing.
        progressed_at: when Kubernetes last saw it move, as it writes it.
    """

    begun: bool
    done: bool = False
    stuck: bool = False
    complete: bool = False
    ready: int = 0
    total: int = 0
    wanted: int = 0
    former: int = 0
    message: str = ""
    refused: str = ""
    progressed_at: str | None = None


def is_given(deployment: Object, manifest: Object, parent: Object, kind: Resource) -> bool:
    """Whether the Deployment was made from just that manifest.

    Its state says nothing about a spec that it was not given yet.
    """
    wanted = stamped(adopt(manifest, parent, kind))["metadata"]["annotations"]
    return bool(annotations_of(deployment).get(APPLIED_HASH) == wanted[APPLIED_HASH])


def rollout_of(observation: Observation[Any], manifest: Object, kind: Resource) -> Rollout | None:
    """Of the Deployment of that manifest, if there is one; of an older manifest it is not begun."""
    for deployment in observation.owned(DEPLOYMENTS):
        if name_of(deployment) != name_of(manifest):
            continue
        state = rollout(deployment)
        if is_given(deployment, manifest, observation.obj, kind):
            return state
        return Rollout(False, ready=state.ready, total=state.total)
    return None


def rollout(deployment: Object) -> Rollout:
    """Reads the Deployment's own status, by the rules of `kubectl rollout status`."""
    wanted = deployment["spec"].get("replicas", 1)
    status = status_of(deployment)
    ready, total = status.get("readyReplicas", 0), status.get("replicas", 0)
    updated, available = status.get("updatedReplicas", 0), status.get("availableReplicas", 0)
    seen = status.get("observedGeneration", 0) >= deployment["metadata"]["generation"]
    done = seen and updated == wanted and total == wanted and available == wanted
    # Which ones are available is not told; old ones are, as a rule, until new ones replace them.
    former = max(0, total - updated)
    fresh = max(0, available - former)
    progressing = condition_of(deployment, "Progressing") or {}
    moves = progressing.get("status") == "True"
    refused = condition_of(deployment, "ReplicaFailure") or {}
    return Rollout(
        True,
        done=done,
        stuck=seen and not moves and progressing.get("reason") == "ProgressDeadlineExceeded",
        complete=seen and moves and progressing.get("reason") == "NewReplicaSetAvailable",
        ready=ready,
        total=total,
        wanted=wanted,
        former=former,
        message=f"{fresh} of {wanted} ready",
        refused=str(refused.get("message") or "") if refused.get("status") == "True" else "",
        progressed_at=progressing.get("lastUpdateTime") if moves else None,
    )
