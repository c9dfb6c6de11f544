"""What of a Pod is Swirl's own, whatever settings ask for. Pure.

It is compared after the merge, so it does not matter by which way something was changed.
"""

from __future__ import annotations

from typing import TypeGuard

from swirl.wire import labels
from swirl_operator.runtime.interface import Object

TMP = "tmp"
"""The volume under /tmp, the one of Swirl's that may be another."""

_OF_POD = {
    "restartPolicy": "Swirl decides whether a container is started again",
    "serviceAccountName": "the account is Swirl's business, of a job spec.serviceAccountName",
    "serviceAccount": "the account is Swirl's business, of a job spec.serviceAccountName",
    "automountServiceAccountToken": "drivers and monitors need the token, others must not have it",
    "activeDeadlineSeconds": "use spec.timeoutSeconds",
}
_OF_CONTAINER = {
    "image": "use spec.image, spec.runtime.image or the chart's images",
    "command": "the image's entry point runs Swirl",
    "args": "they say what the container is for",
}
_OWN_ITEMS = {"volumeMounts": "mountPath", "ports": "containerPort", "envFrom": "secretRef"}
_AMOUNTS = ("cpu", "memory")


def contradictions(before: Object, after: Object, container: str) -> list[str]:
    """What in the template `after` is not as Swirl made it in `before`, each with the reason."""
    found = [*_metadata(before["metadata"], after.get("metadata"))]
    spec, wanted = before["spec"], after.get("spec")
    if not isinstance(wanted, dict) or not _is_list_of_objects(wanted.get("containers")):
        return [*found, "spec.containers must be a list of containers"]
    found += [
        f"spec.{field}: {why}"
        for field, why in _OF_POD.items()
        if spec.get(field) != wanted.get(field)
    ]
    first = wanted["containers"][0] if wanted["containers"] else {}
    if first.get("name") != container:
        return [
            *found,
            f"spec.containers: {container}, Swirl's own, must be there and first",
        ]
    if not isinstance(wanted.get("tolerations", []), list):
        found.append("spec.tolerations must be a list")
    return [*found, *_volumes(spec, wanted), *_container(spec["containers"][0], first)]


def _metadata(before: Object, after: object) -> list[str]:
    if not isinstance(after, dict):
        return ["metadata must be an object"]
    found = [
        f"metadata.{field}: of a Pod only labels and annotations can be set"
        for field in sorted(after.keys() - before.keys() - {"labels", "annotations"})
    ]
    for field in ("labels", "annotations"):
        own, wanted = before.get(field) or {}, after.get(field) or {}
        if not isinstance(wanted, dict):
            found.append(f"metadata.{field} must be an object")
            continue
        changed = {key for key in own if wanted.get(key) != own[key]}
        taken = {key for key in wanted if str(key).startswith(labels.PREFIX)} - own.keys()
        found += [f"metadata.{field}: {key} is Swirl's own" for key in sorted(changed | taken)]
    return found


def _volumes(before: Object, after: Object) -> list[str]:
    volumes = after.get("volumes")
    if not _is_list_of_objects(volumes):
        return ["spec.volumes must be a list of volumes"]
    return [
        f"spec.volumes: {volume['name']} is Swirl's own"
        for volume in before["volumes"]
        if volume["name"] != TMP and volume not in volumes
    ]


def _container(before: Object, after: Object) -> list[str]:
    where = f"spec.containers[{before['name']}]"
    found = [
        f"{where}.{field}: {why}"
        for field, why in _OF_CONTAINER.items()
        if before.get(field) != after.get(field)
    ]
    found += [
        f"{where}.resources.{part}.{name}: use the field for resources"
        for part in ("requests", "limits")
        for name in _AMOUNTS
        if _amount(before, part, name) != _amount(after, part, name)
    ]
    if not isinstance(after.get("env", []), list):
        found.append(f"{where}.env must be a list")
    for field, key in _OWN_ITEMS.items():
        own, wanted = before.get(field) or [], after.get(field) or []
        if not _is_list_of_objects(wanted):
            found.append(f"{where}.{field} must be a list")
            continue
        found += [
            f"{where}.{field}: {_called(item.get(key))} is Swirl's own"
            for item in own
            if item.get("name") != TMP and item not in wanted
        ]
    return found


def _called(value: object) -> object:
    return value["name"] if isinstance(value, dict) else value


def _amount(container: Object, part: str, name: str) -> object:
    found: object = container
    for step in ("resources", part, name):
        if not isinstance(found, dict):
            return found
        found = found.get(step)
    return found


def _is_list_of_objects(value: object) -> TypeGuard[list[Object]]:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)
