"""Why a container is not started, where kubelet says it in the container's own state: pure."""

from __future__ import annotations

import re

from swirl.wire.reasons import OutcomeReason
from swirl_operator.pods.reading import image
from swirl_operator.pods.reading.finding import Finding
from swirl_operator.pods.reading.words import clean, in_brackets
from swirl_operator.runtime.interface import Object

RESTARTS = "CrashLoopBackOff"
"""Waits until it is started again; how it ended last says more."""

_OBJECT = re.compile(r'(secret|configmap) "([^"]+)" not found', re.IGNORECASE)
_KEY = re.compile(r"couldn't find key (\S+) in (Secret|ConfigMap) ([^/\s]+)/(\S+)")
_REFERENCE = re.compile(r"references non-existent (secret|config) key: (\S+)")
_KINDS = {"secret": "Secret", "configmap": "ConfigMap", "config": "ConfigMap"}
_ROOT = re.compile(r"container has runAsNonRoot and image ([^(]*)")

_SANDBOX = frozenset({"CreatePodSandboxError", "ConfigPodSandboxError", "KillPodSandboxError"})
_CONTAINER = {
    "CreateContainerConfigError": "the container cannot be configured",
    "CreateContainerError": "the container cannot be created",
    "RunContainerError": "the container cannot be started",
    "PreCreateHookError": "the container cannot be created",
    "PreStartHookError": "the container cannot be started",
    "PostStartHookError": "its postStart hook fails",
}


def read_waiting(waiting: Object, image_name: str) -> Finding | None:
    """What keeps the container from starting; None where it only takes its time."""
    word, message = str(waiting.get("reason") or ""), waiting.get("message")
    if word in image.WORDS:
        return image.read_image(word, message, image_name)
    said = clean(message)
    if word in _SANDBOX:
        return Finding(
            OutcomeReason.SANDBOX_FAILED,
            f"does not start: the node cannot set up its sandbox{in_brackets(said)}",
        )
    if word not in _CONTAINER:
        return None
    missing = read_missing(said)
    if missing is not None:
        return missing
    root = _ROOT.search(said)
    if root is not None:
        # Swirl's Pods run as no root; waiting does not change the image.
        return Finding(
            OutcomeReason.INVALID_SPEC,
            f"does not start: image {image_name} {root.group(1).strip()}, and Swirl's Pods do not "
            "run as root; give the image a numeric USER other than 0",
            permanent=True,
        )
    return Finding(
        OutcomeReason.CONTAINER_FAILED,
        f"does not start: {_CONTAINER[word]}{in_brackets(said)}",
    )


def read_missing(said: str) -> Finding | None:
    """Which Secret, ConfigMap or key of one does not exist, if the text says that."""
    key = _KEY.search(said)
    if key is not None:
        name, kind, _, owner = key.groups()
        return _missing(f"{kind} {owner} has no key {name}; add it")
    found = _OBJECT.search(said)
    if found is not None:
        kind = _KINDS[found.group(1).lower()]
        return _missing(f"{kind} {found.group(2)} does not exist; create it")
    reference = _REFERENCE.search(said)
    if reference is not None:
        kind = _KINDS[reference.group(1)]
        return _missing(f"the {kind} of a volume has no key {reference.group(2)}; add it")
    return None


def _missing(what: str) -> Finding:
    return Finding(OutcomeReason.CONFIG_MISSING, f"does not start: {what}")
