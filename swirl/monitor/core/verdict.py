"""What the engine says: the content of `status.verdict`, frozen, and its form on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

LEARNING, HEALTHY, BROKEN = "Learning", "Healthy", "Broken"

REJECTED_LIMIT = 32
_MESSAGE_LIMIT = 4096


@dataclass(frozen=True, slots=True)
class Evidence:
    """A metric outside its band; numbers are text, `since` is in ms."""

    metric: str
    node: str
    value: str
    low: str
    high: str
    baseline: str
    direction: str
    since: int


@dataclass(frozen=True, slots=True)
class ConsideredChange:
    """A change that was weighed; `why` is set if it was rejected. `time` is in ms."""

    id: str
    kind: str
    name: str
    what: str
    from_version: str | None
    to_version: str
    time: int
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """The resource behind the node; `version` is known if it was changed of late."""

    kind: str
    name: str
    namespace: str
    version: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """One verdict; two that say the same are equal. `since` is in ms."""

    state: str
    summary: str
    message: str
    since: int | None = None
    node: str | None = None
    target: Target | None = None
    evidence: tuple[Evidence, ...] = ()
    change: ConsideredChange | None = None
    rejected_changes: tuple[ConsideredChange, ...] = ()
    rule: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The verdict as it stands in `status.verdict`: no nulls, all numbers text."""
        target = self.target
        return _present(
            state=self.state,
            summary=self.summary,
            node=self.node,
            target=None
            if target is None
            else _present(
                kind=target.kind,
                name=target.name,
                namespace=target.namespace,
                version=target.version,
            ),
            since=None if self.since is None else rfc3339(self.since),
            evidence=[_evidence(item) for item in self.evidence],
            change=None if self.change is None else _change(self.change),
            rejectedChanges=[_change(item) for item in self.rejected_changes],
            rule=self.rule,
            message=self.message[:_MESSAGE_LIMIT],
        )


def rfc3339(ms: int) -> str:
    """A time in ms since the epoch as Kubernetes writes it, whole seconds, UTC."""
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _evidence(item: Evidence) -> dict[str, Any]:
    return {
        "metric": item.metric,
        "node": item.node,
        "value": item.value,
        "low": item.low,
        "high": item.high,
        "baseline": item.baseline,
        "direction": item.direction,
        "since": rfc3339(item.since),
    }


def _change(item: ConsideredChange) -> dict[str, Any]:
    body = _present(
        id=item.id, kind=item.kind, name=item.name, what=item.what, to=item.to_version,
        time=rfc3339(item.time), why=item.why,
    )  # fmt: skip
    if item.from_version is not None:
        body["from"] = item.from_version
    return body


def _present(**fields: Any) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value is not None}
