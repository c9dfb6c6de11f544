"""The words of a verdict: one honest message for the person on call."""

from __future__ import annotations

from datetime import UTC, datetime

from swirl.monitor.core.band import SILENT
from swirl.monitor.core.changes import Change, Rejected
from swirl.monitor.core.diagnose import Anomaly, Finding
from swirl.monitor.core.spec import Metric, MonitorSpec
from swirl.monitor.core.verdict import (
    BROKEN,
    HEALTHY,
    LEARNING,
    REJECTED_LIMIT,
    ConsideredChange,
    Evidence,
    Target,
    Verdict,
)

_NAMED_REJECTIONS = 3


def learning(spec: MonitorSpec, missing: tuple[str, ...], since: int | None) -> Verdict:
    """The verdict before bands are known; `missing` are the metrics of which nothing came."""
    detection = spec.detection
    message = (
        f"Learning what is normal from {detection.learn_windows} windows of "
        f"{detection.window_seconds} s in which every metric reports; a fault that is already "
        "there would be learned as normal."
    )
    if missing:
        message += f" No points so far, or not now, of {_all(missing)}."
    return Verdict(LEARNING, "Learning what is normal", message, since=since)


def healthy(spec: MonitorSpec, since: int) -> Verdict:
    """The verdict while every metric is in its band."""
    count = len(spec.metrics)
    what = "The only metric is in its band" if count == 1 else f"All {count} metrics are in band"
    return Verdict(HEALTHY, "Healthy", f"{what} since {clock(since)}.", since=since)


def broken(finding: Finding, spec: MonitorSpec, namespace: str, version: str | None) -> Verdict:
    """The verdict on a fault; `version` is the culprit's, if known."""
    length = spec.detection.window_ms
    since = finding.onset * length
    node = finding.node
    rejected = [considered(item.change, item.why) for item in finding.rejected[-REJECTED_LIMIT:]]
    return Verdict(
        state=BROKEN,
        summary=finding.rule.verdict,
        message=_message(finding, length, since),
        since=since,
        node=node.name,
        target=None
        if node.ref is None
        else Target(node.ref.kind, node.ref.name, namespace, version),
        evidence=tuple(evidence(item, length) for item in finding.anomalies),
        change=None if finding.change is None else considered(finding.change),
        rejected_changes=tuple(rejected),
        rule=finding.rule.name,
    )


def evidence(anomaly: Anomaly, window_ms: int) -> Evidence:
    """An anomaly with its numbers as text; the value of a silent metric is 0."""
    return Evidence(
        metric=anomaly.metric.name,
        node=anomaly.metric.node,
        value=number(anomaly.value or 0.0),
        low=number(anomaly.low),
        high=number(anomaly.high),
        baseline=number(anomaly.median),
        direction=anomaly.direction,
        since=anomaly.onset * window_ms,
    )


def considered(change: Change, why: str | None = None) -> ConsideredChange:
    """A change as it stands in the status."""
    return ConsideredChange(
        id=change.id,
        kind=change.kind,
        name=change.name,
        what=change.what,
        from_version=change.from_version,
        to_version=change.to_version,
        time=change.started,
        why=why,
    )


def number(value: float) -> str:
    """A number with three digits that mean something: 19500, 195, 1.95, 0.195."""
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return str(int(float(f"{value:.3g}"))) if abs(value) < 1e15 else f"{value:.3g}"
    return f"{value:.3g}" if abs(value) >= 0.001 else f"{value:.2e}"


def clock(ms: int) -> str:
    """Time of day of a time in ms, UTC."""
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%H:%M:%S UTC")


def _message(finding: Finding, window_ms: int, since: int) -> str:
    own = [item for item in finding.anomalies if item.metric.node in finding.signs]
    followers, beside = finding.followers, finding.beside
    seen = "" if finding.node.name in finding.signs else f"seen first at {_all(finding.signs)}, "
    parts = [
        f"{finding.rule.verdict} at {finding.node.name}: {seen}"
        f"{_all([_symptom(item) for item in own])}, since {clock(since)}"
    ]
    if followers:
        parts[0] += f"; {_all(followers)} {_verb(followers, 'follow')} from it"
    if finding.rivals:
        parts[0] += f"; {_all(finding.rivals)} broke at the same time and does not follow from it"
    elif beside:
        parts[0] += f"; {_all(beside)} broke too and {_verb(beside, 'do')} not follow from it"
    if all(item.direction == SILENT for item in finding.anomalies) and followers:
        parts.append("Everything is silent, so it may also be that metrics no longer arrive")
    parts.append(_cause(finding, since))
    own_node = [item for item in finding.rejected if item.change.node == finding.node.name]
    elsewhere = [item for item in finding.rejected if item.change.node != finding.node.name]
    rejections = [*reversed(own_node), *reversed(elsewhere)]
    if rejections:
        shown = rejections[:_NAMED_REJECTIONS]
        text = "; ".join(_rejection(item) for item in shown)
        if len(rejections) > len(shown):
            text += f"; and {len(rejections) - len(shown)} more"
        parts.append(f"Considered and rejected: {text}")
    return ". ".join(parts) + "."


def _symptom(anomaly: Anomaly) -> str:
    metric = anomaly.metric
    low, high = number(anomaly.low), number(anomaly.high)
    normal = f"normally {low}\N{EN DASH}{_unit(high, metric)}"
    if anomaly.value is None:
        return f"{metric.name} is silent, {normal}"
    return f"{metric.name} {_unit(number(anomaly.value), metric)}, {normal}"


def _unit(text: str, metric: Metric) -> str:
    unit = metric.unit
    if not unit and metric.aggregation == "Rate" and metric.divided_by is None:
        unit = "/s"
    return text + (unit if not unit or unit[0] in "/%" else f" {unit}")


def _cause(finding: Finding, since: int) -> str:
    change = finding.change
    if change is None:
        tried = any(item.change.node == finding.node.name for item in finding.rejected)
        return f"No change {'explains it' if tried else f'was made to {finding.node.name}'}"
    seconds = round((since - change.started) / 1000)
    when = f"{seconds} s before" if seconds >= 0 else f"{-seconds} s after"
    before = "" if change.from_version is None else f" from {_short(change.from_version)}"
    text = (
        f"{change.kind} {change.name} changed its {change.what.lower()}{before} "
        f"to {_short(change.to_version)} at {clock(change.started)}, {when} the first sign"
    )
    if change.finished is None:
        text += ", and is still changing"
    return text if change.from_version is None else text + "; going back undoes it"


def _rejection(item: Rejected) -> str:
    change = item.change
    return f"{_name(change)} at {clock(change.started)}: {item.why}"


def _name(change: Change) -> str:
    return f"{change.what.lower()} {_short(change.to_version)} of {change.name}"


def _short(version: str) -> str:
    return version if len(version) <= 40 else version[:39] + "\N{HORIZONTAL ELLIPSIS}"


def _verb(subjects: tuple[str, ...], verb: str) -> str:
    if len(subjects) > 1:
        return verb
    return "does" if verb == "do" else verb + "s"


def _all(names: list[str] | tuple[str, ...]) -> str:
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} and {names[-1]}"
