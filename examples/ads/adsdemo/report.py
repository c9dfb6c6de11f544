"""build/demo.json: what was found, and how long everything took."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from adsdemo.verdict import Verdict
from devtools import files

LIMIT_SECONDS = 60.0


@dataclass(frozen=True)
class Case:
    """One case: what was expected, and what the monitor said."""

    case: str
    expected: str
    expected_node: str | None
    verdict: Verdict
    seconds: float

    @property
    def right(self) -> bool:
        """Whether the verdict names the right cause and place, in time."""
        in_time = self.expected == "Healthy" or self.seconds <= LIMIT_SECONDS
        said = "Healthy" if self.verdict.state == "Healthy" else self.verdict.summary
        return said == self.expected and self.verdict.node == self.expected_node and in_time

    def to_json(self) -> dict[str, object]:
        """As it is written to the report."""
        return {
            "case": self.case,
            "verdict": self.verdict.summary,
            "state": self.verdict.state,
            "node": self.verdict.node,
            "target": self.verdict.target,
            "version": self.verdict.version,
            "seconds": round(self.seconds, 1),
            "message": self.verdict.message,
            "evidence": [dict(item) for item in self.verdict.evidence],
            "right": self.right,
        }


@dataclass
class Report:
    """Grows while the demo runs."""

    path: Path
    cluster: str = ""
    cases: list[Case] = field(default_factory=list)
    recovery: dict[str, object] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether all three cases were judged rightly and the pipeline recovered."""
        return (
            len(self.cases) == 3
            and all(case.right for case in self.cases)
            and self.recovery.get("state") == "Healthy"
        )

    def write(self, timings: dict[str, float]) -> None:
        """Write everything known so far."""
        content = {
            "passed": self.passed,
            "cluster": self.cluster,
            "cases": [case.to_json() for case in self.cases],
            "recovery": self.recovery,
            "timings": timings,
        }
        files.write(self.path, json.dumps(content, indent=2) + "\n")
