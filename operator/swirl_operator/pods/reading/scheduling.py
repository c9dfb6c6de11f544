"""Why no node takes a Pod, in the scheduler's words: pure."""

from __future__ import annotations

import re

from swirl.wire.reasons import OutcomeReason
from swirl_operator.pods.artifacts import VOLUME
from swirl_operator.pods.reading.finding import Finding
from swirl_operator.pods.reading.prepared import NOT_PREPARED
from swirl_operator.pods.reading.words import a_list, clean, has
from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.objects import condition_of, namespace_of

_DEFAULT_SCHEDULER = "default-scheduler"
# What follows says that nobody else would be sent away for this Pod.
_PREEMPTION = re.compile(r"\.? *(?:no new claims to deallocate|preemption: ).*$", re.DOTALL)
_NOT_FOUND = re.compile(r'persistentvolumeclaim "([^"]+)" not found')
_SHORT = re.compile(r"Insufficient ([a-z0-9./-]+[a-z0-9])")
_VOLUMES = (
    "persistentvolumeclaim",
    "persistent volumes to bind",
    "persistentvolume's node affinity",
    "volume node affinity conflict",
    "no available volume zone",
    "max volume count",
    "non-existent pv",
    "enough free storage",
    "no available disk",
)


def read_scheduling(pod: Object) -> Finding | None:
    """Why the Pod has no node yet, None if it has one."""
    spec = pod.get("spec") or {}
    if spec.get("nodeName"):
        return None
    condition = condition_of(pod, "PodScheduled")
    if condition is None or condition["status"] != "False":
        return Finding(None, _nobody_looked(spec))
    since = condition.get("lastTransitionTime")
    if condition.get("reason") == "SchedulingGated":
        gates = [str(gate.get("name")) for gate in spec.get("schedulingGates") or ()]
        message = f"is held back by the scheduling gate {a_list(gates)}, until its owner removes it"
        return Finding(OutcomeReason.UNSCHEDULABLE, message, since=since)
    said = clean(_PREEMPTION.sub("", str(condition.get("message") or "no node fits")))
    if has(said, *_VOLUMES):
        return Finding(OutcomeReason.VOLUME_MOUNT, _volumes(pod, said), since=since)
    message = f"waits for a node with room: {said}{_asked(spec, said)}"
    return Finding(OutcomeReason.UNSCHEDULABLE, message, since=since)


def _nobody_looked(spec: Object) -> str:
    name = spec.get("schedulerName") or _DEFAULT_SCHEDULER
    if name == _DEFAULT_SCHEDULER:
        return "was not looked at by the scheduler yet"
    return f"was not looked at by the scheduler {name} yet, which its schedulerName asks for"


def _volumes(pod: Object, said: str) -> str:
    claims = {
        volume["persistentVolumeClaim"].get("claimName"): volume.get("name")
        for volume in (pod.get("spec") or {}).get("volumes") or ()
        if volume.get("persistentVolumeClaim")
    }
    missing = _NOT_FOUND.search(said)
    if missing is not None:
        claim, namespace = missing.group(1), namespace_of(pod)
        remedy = NOT_PREPARED if claims.get(claim) == VOLUME else "create it"
        return (
            f"waits for PersistentVolumeClaim {claim}, which does not exist in namespace "
            f"{namespace}: {remedy}"
        )
    names = a_list([str(name) for name in claims])
    which = f" PersistentVolumeClaim {names}" if len(claims) == 1 else f" its claims {names}"
    return f"waits for the volume of{which}: {said}"


def _asked(spec: Object, said: str) -> str:
    """How much of what is short the Pod asks for, as far as one container says it."""
    asked = []
    for resource in dict.fromkeys(_SHORT.findall(said)):
        amounts = {
            str((container.get("resources") or {}).get("requests", {}).get(resource))
            for container in spec.get("containers") or ()
            if resource in ((container.get("resources") or {}).get("requests") or {})
        }
        if len(amounts) == 1:
            asked.append(f"{resource} {amounts.pop()}")
    return f"; it asks for {a_list(asked)}" if asked else ""
