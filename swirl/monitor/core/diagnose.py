"""From anomalies and changes to a diagnosis: where the fault begins and what caused it.

A fault shows first at the most upstream node that has an anomaly. It began there, or at a node
further upstream that nothing is measured of, if that is what was changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from swirl.api.v1alpha1.swirlmonitor import Metric, Node, Rule, SwirlMonitorSpec
from swirl.monitor.core.band import SILENT, Direction
from swirl.monitor.core.changes import Change, Rejected, weigh
from swirl.monitor.core.graph import Graph
from swirl.monitor.core.rules import DEFAULT_RULES, NO_RESOURCE, UNKNOWN, choose
from swirl.monitor.core.tuning import Tuning

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
    direction: Direction
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
class Diagnosis:
    """What broke, since when, and why.

    Attributes:
        node: where the fault begins.
        onset: index of the first anomalous window there.
        symptoms_at: the nodes where it shows first: the node itself, or those after it if nothing
            is measured of it; several if one change is the cause of all.
        rule: the row of the verdict table that applies.
        change: the change held to be the cause.
        rejected: the changes that are not.
        anomalies: all metrics that are off, upstream first.
        alternatives: other nodes where, as far as one can see, it may as well have begun.
        downstream: names of the metrics downstream of the node that are off too.
        unrelated: names of the metrics elsewhere that are off too.
    """

    node: Node
    onset: int
    symptoms_at: tuple[str, ...]
    rule: Rule
    change: Change | None
    rejected: tuple[Rejected, ...]
    anomalies: tuple[Anomaly, ...]
    alternatives: tuple[str, ...] = ()
    downstream: tuple[str, ...] = ()
    unrelated: tuple[str, ...] = ()


def diagnose(
    spec: SwirlMonitorSpec,
    tuning: Tuning,
    graph: Graph,
    anomalies: Sequence[Anomaly],
    changes: Sequence[Change],
    healthy: Sequence[int],
) -> Diagnosis:
    """Explain the anomalies by the most upstream node that has one, and what was changed there.

    Args:
        spec: nodes and the user's rules.
        tuning: of the spec's detection.
        graph: of the spec's nodes.
        anomalies: at least one.
        changes: all that are known.
        healthy: indexes of the healthy windows so far, in order.
    """
    onsets: dict[str, int] = {}
    for anomaly in anomalies:
        name = anomaly.metric.node
        onsets[name] = min(onsets.get(name, anomaly.onset), anomaly.onset)
    origins = sorted(
        graph.most_upstream(onsets), key=lambda name: (onsets[name], graph.order.index(name))
    )
    measured = {metric.node for metric in spec.metrics}
    weighed = {
        name: weigh(
            changes,
            {name} | graph.unseen_before(name, measured),
            onsets[name],
            healthy,
            tuning,
        )
        for name in origins
    }
    tied = [name for name in origins if onsets[name] <= onsets[origins[0]] + 1]
    causes = {name: cause for name in tied if (cause := weighed[name][0]) is not None}
    origin = next(iter(causes), origins[0])
    change, rejected = weighed[origin]
    together = [name for name in tied if name == origin or _same(causes.get(name), change)]
    one_cause = bool(causes) and all(_same(cause, change) for cause in causes.values())
    alternatives = [] if one_cause else [name for name in tied if name not in together]
    culprit = origin if change is None else change.node
    node = next(node for node in spec.nodes if node.name == culprit)
    if alternatives:
        rule = UNKNOWN
    else:
        rule = choose(
            (*spec.rules, *DEFAULT_RULES),
            node=culprit,
            node_kind=NO_RESOURCE if node.ref is None else node.ref.kind,
            position=graph.position(culprit),
            aspect=None if change is None else change.aspect,
            stopped=all(item.stopped for item in anomalies if item.metric.node in together),
        )
    diagnosis = Diagnosis(
        node=node,
        onset=onsets[origin],
        symptoms_at=tuple(together),
        rule=rule,
        change=change,
        rejected=tuple(rejected),
        anomalies=(),
        alternatives=tuple(alternatives),
    )
    return with_anomalies(diagnosis, graph, anomalies)


def _same(one: Change | None, other: Change | None) -> bool:
    """Whether two causes are one change: it has an entry for each node that its resource is."""
    return one is not None and other is not None and one.id == other.id


def with_anomalies(diagnosis: Diagnosis, graph: Graph, anomalies: Sequence[Anomaly]) -> Diagnosis:
    """The same diagnosis with these anomalies as its evidence; what it says stays as it is."""
    ordered = sorted(
        anomalies, key=lambda item: (graph.order.index(item.metric.node), item.metric.name)
    )
    others = [item.metric for item in ordered if item.metric.node not in diagnosis.symptoms_at]
    reached = {m.name for m in others if diagnosis.node.name in graph.upstream(m.node)}
    return replace(
        diagnosis,
        anomalies=tuple(ordered),
        downstream=tuple(m.name for m in others if m.name in reached),
        unrelated=tuple(m.name for m in others if m.name not in reached),
    )
