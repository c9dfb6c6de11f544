"""The cause of a failed step, as far as the cluster knows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from adsdemo.kube import KINDS, NAMESPACE, SYSTEM_NAMESPACE, Kubectl, Resource
from devtools.errors import ToolError

_EVENTS = 5
_PODS = 4


def cause(kubectl: Kubectl) -> str:
    """Conditions that are not as they should be, then the events and last log lines of pods."""
    lines: list[str] = []
    try:
        for resource in kubectl.items(KINDS):
            lines.extend(conditions(resource))
        for namespace in (NAMESPACE, SYSTEM_NAMESPACE):
            for pod in [p for p in kubectl.items("pods", namespace) if trouble(p)][:_PODS]:
                lines.extend(_pod(kubectl, pod, namespace))
    except ToolError as error:
        lines.append(f"The cluster cannot be asked for more: {error}")
    return "\n".join(lines) or "No resource and no pod reports anything wrong."


def conditions(resource: Resource) -> Iterator[str]:
    """One line for each condition that is not True."""
    name = f"{resource['kind']}/{resource['metadata']['name']}"
    for item in resource.get("status", {}).get("conditions", []):
        if item["status"] != "True":
            detail = f"{item.get('reason', '')}: {item.get('message', '')}"
            yield f"{name}: {item['type']}={item['status']}, {detail}"


def trouble(pod: Mapping[str, Any]) -> str:
    """What is wrong with a pod in a few words; empty if nothing is."""
    status = pod.get("status", {})
    if status.get("phase") == "Succeeded":
        return ""
    for item in [*status.get("initContainerStatuses", []), *status.get("containerStatuses", [])]:
        state = item.get("state", {})
        for kind in ("waiting", "terminated"):
            detail = state.get(kind, {})
            if detail and detail.get("exitCode") != 0:
                return f"{item['name']} {kind}: {detail.get('reason', '')}".rstrip(": ")
        if not item.get("ready"):
            return f"{item['name']} is not ready, restarted {item.get('restartCount', 0)} times"
    return "" if status.get("phase") == "Running" else f"phase {status.get('phase', 'unknown')}"


def _pod(kubectl: Kubectl, pod: Resource, namespace: str) -> Iterator[str]:
    name = pod["metadata"]["name"]
    yield f"Pod {namespace}/{name}: {trouble(pod)}"
    events = kubectl.run(
        "get", "events", "-n", namespace, "--sort-by=.lastTimestamp",
        f"--field-selector=involvedObject.name={name}",
        "-o", "jsonpath={range .items[*]}{.reason}: {.message}{'\\n'}{end}",
    )  # fmt: skip
    for line in events.strip().splitlines()[-_EVENTS:]:
        yield f"  event {line}"
    for line in kubectl.logs(name, namespace).splitlines():
        yield f"  log   {line}"
