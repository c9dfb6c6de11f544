"""`Healthy` on AnalyticsJobs and ModelServers, from verdicts of SwirlMonitors that name them.

Healthy is apart from Ready: Ready says that the thing is deployed as asked, Healthy that its output
is right. Who is blamed is unhealthy; who only suffers from a fault upstream is not judged.
"""

from __future__ import annotations

from collections.abc import Sequence

from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.objects import is_true, name_of
from swirl_operator.status.conditions import Condition, Status
from swirl_operator.status.reasons import Reason
from swirl_operator.status.verdict import verdict_of

_RANK = {"False": 0, "Unknown": 1, "True": 2}


def health(monitors: Sequence[Object], kind: str, name: str) -> Condition:
    """The worst of what the monitors say about the object, or that none watches it."""
    said = [
        _opinion(monitor, node["name"])
        for monitor in monitors
        for node in monitor["spec"]["nodes"]
        if (node.get("ref") or {}).get("kind") == kind and node["ref"].get("name") == name
    ]
    if not said:
        return _healthy("Unknown", Reason.NOT_MONITORED, "No SwirlMonitor watches it.")
    return min(said, key=lambda condition: _RANK[condition.status])


def _opinion(monitor: Object, node: str) -> Condition:
    name = name_of(monitor)
    verdict = verdict_of(monitor)
    if verdict is None:
        return _healthy(
            "Unknown", Reason.NO_VERDICT_YET, f"SwirlMonitor {name} has not given a verdict yet."
        )
    if verdict.state == "Learning":
        return _healthy(
            "Unknown", Reason.LEARNING, f"SwirlMonitor {name} still learns what is normal."
        )
    if verdict.state == "Blind":
        unheard = [
            metric["name"]
            for metric in monitor["spec"]["metrics"]
            if metric["node"] == node and metric["name"] in verdict.unheard
        ]
        if unheard:
            return _healthy(
                "Unknown",
                Reason.METRICS_MISSING,
                f"SwirlMonitor {name}: no point of {', '.join(unheard)} has ever come.",
            )
        if verdict.since is None:
            return _healthy(
                "Unknown", Reason.LEARNING, f"SwirlMonitor {name} still learns what is normal."
            )
    if verdict.state == "Broken" and verdict.node == node:
        return _healthy("False", Reason.BLAMED, f"SwirlMonitor {name}: {verdict.message}")
    if not is_true(monitor, "Ready"):
        # What is known to be broken stays so; that all is well takes somebody who looks.
        return _healthy(
            "Unknown",
            Reason.NOBODY_WATCHES,
            f"SwirlMonitor {name} does not run: its last verdict was {verdict.summary}.",
        )
    if verdict.state in ("Healthy", "Blind"):
        return _healthy("True", Reason.AS_LEARNED, f"SwirlMonitor {name} finds nothing wrong.")
    if any(item.node == node for item in verdict.evidence):
        return _healthy(
            "Unknown",
            Reason.UPSTREAM_BROKEN,
            f"SwirlMonitor {name} sees its output off, as a result of what broke at "
            f"{verdict.node}: {verdict.summary}.",
        )
    return _healthy("True", Reason.NOT_BLAMED, f"SwirlMonitor {name} blames {verdict.node}.")


def _healthy(status: Status, reason: Reason, message: str) -> Condition:
    return Condition("Healthy", status, reason, message)
