"""How far a Deployment is with the manifest it was given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from swirl.wire.labels import APPLIED_HASH
from swirl_operator.pods import labels
from swirl_operator.runtime.apply import stamped
from swirl_operator.runtime.owner import adopt
from swirl_operator.runtime.resources import Resource

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rollout:
    """`done` when every replica is new and available and no old one is left."""

    done: bool
    stuck: bool
    ready: int
    total: int
    message: str


def is_given(deployment: Object, manifest: Object, parent: Object, kind: Resource) -> bool:
    """Whether the Deployment was made from just that manifest: its state says nothing about a
    spec that it was not given yet."""
    annotations = deployment["metadata"].get("annotations") or {}
    wanted = stamped(adopt(manifest, parent, kind))["metadata"]["annotations"]
    return bool(annotations.get(APPLIED_HASH) == wanted[APPLIED_HASH])


def rollout(deployment: Object) -> Rollout:
    """Reads the Deployment's own status, by the rules of `kubectl rollout status`."""
    wanted = deployment["spec"].get("replicas", 1)
    status = deployment.get("status") or {}
    ready, total = status.get("readyReplicas", 0), status.get("replicas", 0)
    updated, available = status.get("updatedReplicas", 0), status.get("availableReplicas", 0)
    seen = status.get("observedGeneration", 0) >= deployment["metadata"]["generation"]
    done = seen and updated == wanted and total == wanted and available == wanted
    stuck = seen and any(
        condition["type"] == "Progressing"
        and condition["status"] == "False"
        and condition.get("reason") == "ProgressDeadlineExceeded"
        for condition in status.get("conditions") or ()
    )
    message = f"{available if updated == wanted else min(updated, available)} of {wanted} ready"
    refused = next(
        (
            condition.get("message", "")
            for condition in status.get("conditions") or ()
            if condition["type"] == "ReplicaFailure" and condition["status"] == "True"
        ),
        None,
    )
    if refused:
        message = f"{message}; its pods cannot be created: {refused}"
    return Rollout(done, stuck, ready, total, message)


def last_words(pods: Sequence[Object], container: str, template: str) -> Object | None:
    """How that container last ended in a pod of the template with that digest, if it did.

    Pods that are over say nothing: an evicted one stays for a while beside its replacement.
    Returns its `terminated` state (exitCode, reason, message) or None.
    """
    for pod in pods:
        if (pod["metadata"].get("labels") or {}).get(labels.TEMPLATE) != template or _is_over(pod):
            continue
        for status in (pod.get("status") or {}).get("containerStatuses") or ():
            if status.get("name") != container or status.get("ready"):
                continue
            for state in (status.get("state") or {}, status.get("lastState") or {}):
                if state.get("terminated"):
                    return dict(state["terminated"])
    return None


def _is_over(pod: Object) -> bool:
    phase = (pod.get("status") or {}).get("phase")
    return bool(pod["metadata"].get("deletionTimestamp")) or phase in ("Succeeded", "Failed")


def last_line(ended: Object) -> str:
    """Why a container ended, in the last line it left, or its exit code when it left none."""
    lines = str(ended.get("message") or "").strip().splitlines()
    return lines[-1][:1000] if lines else f"its container exits with {ended.get('exitCode')}"
