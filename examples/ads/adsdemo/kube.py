"""kubectl, as the demo uses it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from devtools.command import run
from devtools.errors import ToolError

NAMESPACE = "ads"
SYSTEM_NAMESPACE = "swirl-system"
ANSWER_SECONDS = 120.0
KINDS = "ajob,arun,mserver,smon"

Resource = Mapping[str, Any]


class Kubectl:
    """Runs kubectl with what it needs to find the cluster."""

    def __init__(self, argv: Sequence[str]) -> None:
        self._argv = list(argv)

    def run(self, *words: str, stdin: str | None = None) -> str:
        """What `kubectl words…` prints."""
        return run([*self._argv, *words], stdin=stdin, timeout=ANSWER_SECONDS)

    def apply(self, manifest: str) -> None:
        """Server-side apply, as a GitOps tool would do it."""
        self.run(
            "apply", "--server-side", "--force-conflicts", "--field-manager=demo", "-f-",
            stdin=manifest,
        )  # fmt: skip

    def get(self, kind: str, name: str, namespace: str = NAMESPACE) -> Resource | None:
        """One object, or None if there is none."""
        text = self.run("get", kind, name, "-n", namespace, "--ignore-not-found", "-o", "json")
        return json.loads(text) if text.strip() else None

    def items(self, kind: str, namespace: str = NAMESPACE, selector: str = "") -> list[Resource]:
        """All objects of a kind, or those with certain labels."""
        words = ["get", kind, "-n", namespace, "-o", "json"]
        listed = self.run(*words, *(["-l", selector] if selector else []))
        found: list[Resource] = json.loads(listed)["items"]
        return found

    def table(self, kinds: str = KINDS, namespace: str = NAMESPACE) -> str:
        """What a person sees who types `kubectl get`."""
        return self.run("get", kinds, "-n", namespace).rstrip()

    def logs(self, pod: str, namespace: str, lines: int = 15) -> str:
        """The last log lines of a pod, or why there are none."""
        words = ["logs", pod, "-n", namespace, f"--tail={lines}", "--all-containers"]
        try:
            return self.run(*words).rstrip()
        except ToolError as error:
            return f"(no log: {error})"


def condition(resource: Resource | None, kind: str) -> Mapping[str, str]:
    """The condition of this type; empty if the resource or the condition is not there."""
    conditions = (resource or {}).get("status", {}).get("conditions", [])
    return next((c for c in conditions if c["type"] == kind), {})


def is_current(resource: Resource) -> bool:
    """Whether its status speaks of its present spec."""
    observed = resource.get("status", {}).get("observedGeneration", -1)
    return bool(observed == resource["metadata"].get("generation"))


def describe(resource: Resource | None, kind: str) -> str:
    """A condition in words: `Ready=False, ImagePullFailed: …`."""
    if resource is None:
        return "not there yet"
    found = condition(resource, kind)
    if not found:
        return f"no condition {kind} yet"
    reason = found.get("reason", "")
    message = found.get("message", "")
    return f"{kind}={found['status']}, {reason}: {message}" if message else f"{kind}={reason}"
