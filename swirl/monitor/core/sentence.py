"""The words of a verdict: one honest message for the person on call."""

from __future__ import annotations

from datetime import UTC, datetime

from swirl.api.v1alpha1.swirlmonitor import (
    ConsideredChange,
    Evidence,
    Metric,
    SwirlMonitorSpec,
    Target,
    Verdict,
)
from swirl.monitor.core.band import SILENT
from swirl.monitor.core.changes import Change, Rejected
from swirl.monitor.core.diagnose import Anomaly, Diagnosis
from swirl.monitor.core.state import BLIND, BROKEN, HEALTHY, LEARNING
from swirl.wire.times import Millis, millis_to_rfc3339

REJECTED_LIMIT = 32
_MESSAGE_LIMIT = 4096
_SUMMARY_LIMIT = 256
_ID_LIMIT = 256
_VERSION_LIMIT = 128
_NAMED_REJECTIONS = 3


def learning(spec: SwirlMonitorSpec, missing: tuple[str, ...]) -> Verdict:
    """The verdict before bands are known; `missing` are the metrics of which nothing came."""
    detection = spec.detection
    message = (
        f"Learning what is normal from {detection.learn_windows} windows of "
        f"{detection.window_seconds} s in which every metric reports; a fault that is already "
        "there would be learned as normal."
    )
    if missing:
        message += f" No points so far, or not now, of {_all(missing)}."
    return Verdict(
        state=LEARNING, summary="Learning what is normal", message=message[:_MESSAGE_LIMIT]
    )


def healthy(spec: SwirlMonitorSpec, since: Millis) -> Verdict:
    """The verdict while every metric is in its band."""
    count = len(spec.metrics)
    metrics = "The only metric is in its band" if count == 1 else f"All {count} metrics are in band"
    return Verdict(
        state=HEALTHY,
        summary="Healthy",
        message=f"{metrics} since {clock(since)}.",
        since=millis_to_rfc3339(since),
    )


def blind(
    spec: SwirlMonitorSpec,
    unheard: tuple[str, ...],
    awaited: Millis,
    until: Millis,
    since: Millis | None,
) -> Verdict:
    """The verdict while some metrics never came.

    Args:
        spec: what is watched.
        unheard: those metrics.
        awaited: since when they are waited for.
        until: how long the others wait for them.
        since: since when the others are in their bands; None while they are not watched.
    """
    missing = [metric for metric in spec.metrics if metric.name in unheard]
    named = "; ".join(
        f"{metric.name} at {metric.node} (of {_points(metric)})" for metric in missing
    )
    count = len(spec.metrics) - len(missing)
    others = "The other metric is" if count == 1 else f"The other {count} metrics are"
    if since is not None:
        rest = f" {others} in band since {clock(since)}."
    else:
        rest = f" {others} watched without it from {clock(until)} on." if count else ""
    message = (
        f"No point has come since {clock(awaited)} of {named}: correct metrics[].source, or let "
        f"something emit it; it is not watched until then.{rest}"
    )
    return Verdict(
        state=BLIND,
        summary=f"No points of {_all(unheard)}"[:_SUMMARY_LIMIT],
        message=message[:_MESSAGE_LIMIT],
        since=None if since is None else millis_to_rfc3339(since),
        unheard=list(unheard),
    )


def _points(metric: Metric) -> str:
    """The points that a metric is made of, as its source selects them."""
    selectors = [metric.source, *([metric.divided_by] if metric.divided_by else ())]
    return " or ".join(
        selector.metric + "".join(f", {key}={value}" for key, value in selector.labels.items())
        for selector in selectors
    )


def broken(diagnosis: Diagnosis, window_ms: int, namespace: str, version: str | None) -> Verdict:
    """The verdict on a fault; `version` is the culprit's, if known."""
    since = Millis(diagnosis.onset * window_ms)
    node = diagnosis.node
    rejected = [considered(item.change, item.why) for item in diagnosis.rejected[-REJECTED_LIMIT:]]
    return Verdict(
        state=BROKEN,
        summary=diagnosis.rule.verdict,
        message=_message(diagnosis, since)[:_MESSAGE_LIMIT],
        since=millis_to_rfc3339(since),
        node=node.name,
        target=None
        if node.ref is None
        else Target(
            kind=node.ref.kind,
            name=node.ref.name,
            namespace=namespace,
            version=None if version is None else version[:_VERSION_LIMIT],
        ),
        evidence=[evidence(item, window_ms) for item in diagnosis.anomalies],
        change=None if diagnosis.change is None else considered(diagnosis.change),
        rejected_changes=rejected,
        rule=diagnosis.rule.name,
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
        since=millis_to_rfc3339(anomaly.onset * window_ms),
    )


def considered(change: Change, why: str | None = None) -> ConsideredChange:
    """A change as it stands in the status, which has room for so much of what Kafka brought."""
    before = change.from_version
    return ConsideredChange(
        id=change.id[:_ID_LIMIT],
        kind=change.kind,
        name=change.name,
        aspect=change.aspect,
        from_version=None if before is None else before[:_VERSION_LIMIT],
        to=change.to_version[:_VERSION_LIMIT],
        time=millis_to_rfc3339(change.started),
        why=why,
    )


def number(value: float) -> str:
    """A number with three digits that mean something: 19500, 195, 1.95, 0.195."""
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return str(int(float(f"{value:.3g}"))) if abs(value) < 1e15 else f"{value:.3g}"
    return f"{value:.3g}" if abs(value) >= 0.001 else f"{value:.2e}"


def clock(time: Millis) -> str:
    """Time of day, UTC."""
    return datetime.fromtimestamp(time // 1000, UTC).strftime("%H:%M:%S UTC")


def _message(diagnosis: Diagnosis, since: Millis) -> str:
    own = [item for item in diagnosis.anomalies if item.metric.node in diagnosis.symptoms_at]
    downstream, unrelated = diagnosis.downstream, diagnosis.unrelated
    seen = (
        ""
        if diagnosis.node.name in diagnosis.symptoms_at
        else f"seen first at {_all(diagnosis.symptoms_at)}, "
    )
    parts = [
        f"{diagnosis.rule.verdict} at {diagnosis.node.name}: {seen}"
        f"{_all([_symptom(item) for item in own])}, since {clock(since)}"
    ]
    if downstream:
        parts[0] += f"; {_all(downstream)} {_verb(downstream, 'follow')} from it"
    if diagnosis.alternatives:
        parts[0] += (
            f"; {_all(diagnosis.alternatives)} broke at the same time and does not follow from it"
        )
    elif unrelated:
        parts[0] += f"; {_all(unrelated)} broke too and {_verb(unrelated, 'do')} not follow from it"
    if all(item.direction == SILENT for item in diagnosis.anomalies) and downstream:
        parts.append("Everything is silent, so it may also be that metrics no longer arrive")
    parts.append(_cause(diagnosis, since))
    own_node = [item for item in diagnosis.rejected if item.change.node == diagnosis.node.name]
    elsewhere = [item for item in diagnosis.rejected if item.change.node != diagnosis.node.name]
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


def _cause(diagnosis: Diagnosis, since: Millis) -> str:
    change = diagnosis.change
    if change is None:
        tried = any(item.change.node == diagnosis.node.name for item in diagnosis.rejected)
        return f"No change {'explains it' if tried else f'was made to {diagnosis.node.name}'}"
    seconds = round((since - change.started) / 1000)
    when = f"{seconds} s before" if seconds >= 0 else f"{-seconds} s after"
    before = "" if change.from_version is None else f" from {_short(change.from_version)}"
    text = (
        f"{change.kind} {change.name} changed its {change.aspect.lower()}{before} "
        f"to {_short(change.to_version)} at {clock(change.started)}, {when} the first sign"
    )
    if change.finished is None:
        text += ", and is still changing"
    return text if change.from_version is None else text + "; going back undoes it"


def _rejection(item: Rejected) -> str:
    change = item.change
    return f"{_name(change)} at {clock(change.started)}: {item.why}"


def _name(change: Change) -> str:
    return f"{change.aspect.lower()} {_short(change.to_version)} of {change.name}"


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
