"""A verdict as it is read back from the SwirlMonitor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DATA_BROKEN = "Data pipeline is broken"
MODEL_BUG = "Deployed bug in ML code"


@dataclass(frozen=True)
class Verdict:
    """What `status.verdict` says."""

    state: str
    summary: str = ""
    node: str | None = None
    target: str | None = None
    version: str | None = None
    message: str = ""
    evidence: tuple[Mapping[str, str], ...] = ()

    @property
    def metrics(self) -> frozenset[str]:
        """The metrics that are off."""
        return frozenset(item["metric"] for item in self.evidence)

    def lines(self) -> str:
        """For a reader: the sentence, then each metric that is off, with its band."""
        where = f" (node {self.node})" if self.node else ""
        lines = [f"{self.state}: {self.summary}{where}"]
        if self.message and self.message != self.summary:
            lines.append(self.message)
        for item in self.evidence:
            lines.append(
                f"  {item['metric']} at {item['node']}: {item['value']}, "
                f"normal is {item['low']} to {item['high']}"
            )
        return "\n".join(lines)


def read(monitor: Mapping[str, Any] | None) -> Verdict | None:
    """The verdict of a SwirlMonitor, or None if it has none yet."""
    written = (monitor or {}).get("status", {}).get("verdict")
    if not written:
        return None
    target = written.get("target") or {}
    return Verdict(
        state=written["state"],
        summary=written.get("summary", ""),
        node=written.get("node"),
        target=f"{target['kind']}/{target['name']}" if target else None,
        version=target.get("version"),
        message=written.get("message", ""),
        evidence=tuple(written.get("evidence", [])),
    )
