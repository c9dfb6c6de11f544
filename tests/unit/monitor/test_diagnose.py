"""Where a fault begins, and what else is off."""

from __future__ import annotations

from swirl.monitor.changes import Change, ChangeLog
from swirl.monitor.diagnose import Anomaly, Finding, diagnose
from swirl.monitor.rules import UNKNOWN
from swirl.monitor.spec import Metric, MonitorSpec, Node, Ref, Rule, Selector, When
from tests.unit.monitor.simulator import NAMESPACE, START, change, make_spec

ONSET = START // 5_000 + 60


def spec_of(*nodes: Node, rules: tuple[Rule, ...] = ()) -> MonitorSpec:
    metrics = tuple(Metric(f"of-{n.name}", n.name, Selector(n.name)) for n in nodes)
    return MonitorSpec(nodes, metrics, rules=rules)


DIAMOND = spec_of(
    Node("top"),
    Node("left", ("top",), Ref("AnalyticsJob", "left-job")),
    Node("right", ("top",), Ref("AnalyticsJob", "right-job")),
    Node("end", ("left", "right")),
)


def anomaly(spec: MonitorSpec, node: str, onset: int = ONSET) -> Anomaly:
    metric = next(metric for metric in spec.metrics if metric.node == node)
    return Anomaly(metric, onset, "Low", 1.0, 5.0, 15.0, 10.0)


def find(spec: MonitorSpec, *nodes: tuple[str, int], changes: tuple[Change, ...] = ()) -> Finding:
    found = [anomaly(spec, node, onset) for node, onset in nodes]
    return diagnose(spec, spec.graph(), found, changes, range(ONSET - 20, ONSET))


def test_the_most_upstream_node_is_named_even_if_it_was_seen_later() -> None:
    finding = find(DIAMOND, ("end", ONSET), ("left", ONSET + 2))
    assert finding.node.name == "left"
    assert finding.onset == ONSET + 2
    assert [item.metric.node for item in finding.anomalies] == ["left", "end"]
    assert finding.followers == ("of-end",)


def test_two_beginnings_at_once_are_not_explained_away() -> None:
    finding = find(DIAMOND, ("left", ONSET), ("right", ONSET), ("end", ONSET))
    assert finding.rule is UNKNOWN
    assert finding.rivals == ("right",)


def test_unless_a_change_tells_them_apart() -> None:
    begin = ONSET * 5_000
    made = Change("c", "right", "AnalyticsJob", "right-job", "Code", "1", "2", begin, begin)
    finding = find(DIAMOND, ("left", ONSET), ("right", ONSET), changes=(made,))
    assert finding.node.name == "right"
    assert finding.rule.verdict == "Deployed bug in pipeline code"
    assert finding.beside == ("of-left",)


def test_or_one_of_them_was_clearly_first() -> None:
    finding = find(DIAMOND, ("left", ONSET + 5), ("right", ONSET))
    assert finding.node.name == "right"
    assert finding.rivals == ()


def test_the_users_rules_come_first() -> None:
    rule = Rule("mine", When(node="top"), "The provider is down")
    spec = MonitorSpec(DIAMOND.nodes, DIAMOND.metrics, rules=(rule,))
    assert find(spec, ("top", ONSET)).rule is rule
    assert find(spec, ("left", ONSET)).rule is not rule


def test_changes_are_those_of_the_culprit() -> None:
    spec = make_spec()
    log = ChangeLog(spec, NAMESPACE)
    log.add(item.event for item in change(298) if item.event is not None)
    found = [anomaly(spec, "judge"), anomaly(spec, "show")]
    finding = diagnose(spec, spec.graph(), found, log.changes(), [])
    assert finding.change is not None
    assert finding.change.name == "mood"
