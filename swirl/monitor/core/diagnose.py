"""From anomalies and changes to a finding: where the fault begins and what caused it.

A fault shows first at the most upstream node that has an anomaly. It began there, or at a node
further upstream that nothing is measured of, if that is what was changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from swirl.monitor.core.band import SILENT
from swirl.monitor.core.changes import Change, Rejected, weigh
from swirl.monitor.core.graph import Graph
from swirl.monitor.core.rules import DEFAULT_RULES, NO_RESOURCE, UNKNOWN, choose
from swirl.monitor.core.spec import Metric, MonitorSpec, Node, Rule

TIME_UNITS = frozenset({"ns", "us", "\N{MICRO SIGN}s", "ms", "s", "seconds", "milliseconds", "min"})
"""Units of metrics that tell how long answers take, and nothing of what they are."""


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A metric that has left its band for good.

    Attributes:
        metric: which one.
        onset: index of the first window outside.
        direction: High, Low or Silent.
        value: the value seen, None when silent.
        low, high, median: the band it left.
    """

    metric: Metric
    onset: int
    direction: str
    value: float | None
    low: float
    high: float
    median: float

    @property
    def stopped(self) -> bool:
        """Whether it tells of volume or speed rather than of the kind of output."""
        ratio = self.metric.divided_by is not None
        counts = self.metric.aggregation in ("Rate", "Sum") and not ratio
        return self.direction == SILENT or counts or self.metric.unit in TIME_UNITS


@dataclass(frozen=True, slots=True)
class Finding:
    """What broke, since when, and why.

    Attributes:
        node: where the fault begins.
        onset: index of the first anomalous window there.
        signs: the nodes where it shows first: the node itself, or those after it if nothing is
            measured of it; several if one change is the cause of all.
        rule: the row of the verdict table that applies.
        change: the change held to be the cause.
        rejected: the changes that are not.
        anomalies: all metrics that are off, upstream first.
        rivals: other nodes where, as far as one can see, it may as well have begun.
        followers: names of the metrics downstream of the node that are off too.
        beside: names of the metrics elsewhere that are off too.
    """

    node: Node
    onset: int
    signs: tuple[str, ...]
    rule: Rule
    change: Change | None
    rejected: tuple[Rejected, ...]
    anomalies: tuple[Anomaly, ...]
    rivals: tuple[str, ...] = ()
    followers: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


def diagnose(
    spec: MonitorSpec,
    graph: Graph,
    anomalies: Sequence[Anomaly],
    changes: Sequence[Change],
    healthy: Sequence[int],
) -> Finding:
    """Explain the anomalies by the most upstream node that has one, and what was changed there.

    Args:
        spec: nodes, detection and the user's rules.
        graph: of the spec's nodes.
        anomalies: at least one.
        changes: all that are known.
        healthy: indexes of the healthy windows so far, in order.
    """
    onsets: dict[str, int] = {}
    for anomaly in anomalies:
        name = anomaly.metric.node
        onsets[name] = min(onsets.get(name, anomaly.onset), anomaly.onset)
    heads = sorted(
        graph.most_upstream(onsets), key=lambda name: (onsets[name], graph.order.index(name))
    )
    measured = {metric.node for metric in spec.metrics}
    weighed = {
        name: weigh(
            changes,
            {name} | graph.unseen_before(name, measured),
            onsets[name],
            healthy,
            spec.detection,
        )
        for name in heads
    }
    tied = [name for name in heads if onsets[name] <= onsets[heads[0]] + 1]
    causes = {name: cause for name in tied if (cause := weighed[name][0]) is not None}
    head = next(iter(causes), heads[0])
    change, rejected = weighed[head]
    together = [name for name in tied if name == head or _same(causes.get(name), change)]
    one_cause = bool(causes) and all(_same(cause, change) for cause in causes.values())
    rivals = [] if one_cause else [name for name in tied if name not in together]
    culprit = head if change is None else change.node
    node = spec.node(culprit)
    if rivals:
        rule = UNKNOWN
    else:
        rule = choose(
            (*spec.rules, *DEFAULT_RULES),
            node=culprit,
            node_kind=NO_RESOURCE if node.ref is None else node.ref.kind,
            position=graph.position(culprit),
            what=None if change is None else change.what,
            stopped=all(item.stopped for item in anomalies if item.metric.node in together),
        )
    finding = Finding(
        node=node,
        onset=onsets[head],
        signs=tuple(together),
        rule=rule,
        change=change,
        rejected=tuple(rejected),
        anomalies=(),
        rivals=tuple(rivals),
    )
    return with_anomalies(finding, graph, anomalies)


def _same(one: Change | None, other: Change | None) -> bool:
    """Whether two causes are one change: it has an entry for each node that its resource is."""
    return one is not None and other is not None and one.id == other.id


def with_anomalies(finding: Finding, graph: Graph, anomalies: Sequence[Anomaly]) -> Finding:
    """The same finding with these anomalies as its evidence; what it says stays as it is."""
    ordered = sorted(
        anomalies, key=lambda item: (graph.order.index(item.metric.node), item.metric.name)
    )
    others = [item.metric for item in ordered if item.metric.node not in finding.signs]
    downstream = {m.name for m in others if finding.node.name in graph.upstream(m.node)}
    return replace(
        finding,
        anomalies=tuple(ordered),
        followers=tuple(m.name for m in others if m.name in downstream),
        beside=tuple(m.name for m in others if m.name not in downstream),
    )
