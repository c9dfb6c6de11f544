"""The `restricted` Pod Security Standard, for every pod that Swirl makes."""

from __future__ import annotations

from swirl_operator.runtime.interface import Object

UID = 10001


def pod_security() -> Object:
    """`securityContext` of a pod."""
    return {
        "runAsNonRoot": True,
        "runAsUser": UID,
        "runAsGroup": UID,
        "fsGroup": UID,
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def container_security() -> Object:
    """`securityContext` of a container; what must be written goes to the emptyDir on /tmp."""
    return {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
