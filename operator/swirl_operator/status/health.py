"""`Healthy` on AnalyticsJobs and ModelServers, from verdicts of SwirlMonitors that name them.

Healthy is apart from Ready: Ready says that the thing is deployed as asked, Healthy that its output
is right. Who is blamed is unhealthy; who only suffers from a fault upstream is not judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from swirl_operator.runtime.interface import Object
from swirl_operator.status.conditions import Finding

_RANK = {"False": 0, "Unknown": 1, "True": 2}


def health(monitors: Sequence[Object], kind: str, name: str) -> Finding:
    """The worst of what the monitors say about the object, or that none watches it."""
    said = [
        _opinion(monitor, node["name"])
        for monitor in monitors
        for node in monitor["spec"]["nodes"]
        if (node.get("ref") or {}).get("kind") == kind and node["ref"].get("name") == name
    ]
    if not said:
        return Finding("Healthy", "Unknown", "NotMonitored", "No SwirlMonitor watches it.")
    return min(said, key=lambda finding: _RANK[finding.status])


def _opinion(monitor: Object, node: str) -> Finding:
    name = monitor["metadata"]["name"]
    status: dict[str, Any] = monitor.get("status") or {}
    verdict = status.get("verdict")
    if not verdict:
        return _unknown("NoVerdictYet", f"SwirlMonitor {name} has not given a verdict yet.")
    if verdict["state"] == "Learning":
        return _unknown("Learning", f"SwirlMonitor {name} still learns what is normal.")
    if verdict["state"] == "Broken" and verdict.get("node") == node:
        return Finding(
            "Healthy", "False", "Blamed", f"SwirlMonitor {name}: {verdict.get('message', '')}"
        )
    if not _watches(monitor):
        # What is known to be broken stays so; that all is well takes somebody who looks.
        return _unknown(
            "NobodyWatches",
            f"SwirlMonitor {name} does not run: its last verdict was {verdict['summary']}.",
        )
    if verdict["state"] == "Healthy":
        return Finding("Healthy", "True", "AsLearned", f"SwirlMonitor {name} finds nothing wrong.")
    if any(item["node"] == node for item in verdict.get("evidence") or ()):
        return _unknown(
            "UpstreamBroken",
            f"SwirlMonitor {name} sees its output off, as a result of what broke at "
            f"{verdict.get('node')}: {verdict.get('summary')}.",
        )
    return Finding(
        "Healthy", "True", "NotBlamed", f"SwirlMonitor {name} blames {verdict.get('node')}."
    )


def _watches(monitor: Object) -> bool:
    conditions = (monitor.get("status") or {}).get("conditions") or ()
    return any(item["type"] == "Ready" and item["status"] == "True" for item in conditions)


def _unknown(reason: str, message: str) -> Finding:
    return Finding("Healthy", "Unknown", reason, message)
