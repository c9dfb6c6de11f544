"""Where a fault begins, and what else is off."""

from __future__ import annotations

from swirl.monitor.core.changes import Change, ChangeLog
from swirl.monitor.core.diagnose import Anomaly, Finding, diagnose
from swirl.monitor.core.rules import UNKNOWN
from swirl.monitor.core.spec import Metric, MonitorSpec, Node, Ref, Rule, Selector, When
from tests.support.sim.simulator import NAMESPACE, START, change, make_spec

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


def unmeasured(*nodes: str) -> MonitorSpec:
    """The diamond without metrics of these nodes."""
    metrics = tuple(metric for metric in DIAMOND.metrics if metric.node not in nodes)
    return MonitorSpec(DIAMOND.nodes, metrics)


def of(job: str, identity: str = "c", begin: int = ONSET * 5_000) -> Change:
    return Change(
        identity, job, "AnalyticsJob", f"{job}-job", "Code", "1", "2", begin - 2_000, begin
    )


def test_a_change_of_a_node_without_metrics_explains_what_shows_after_it() -> None:
    spec = unmeasured("left", "top")
    finding = find(spec, ("end", ONSET), changes=(of("left"),))
    assert finding.node.name == "left"
    assert finding.signs == ("end",)
    assert finding.rule.verdict == "Deployed bug in pipeline code"
    assert (finding.followers, finding.beside, finding.rivals) == ((), (), ())


def test_but_not_what_is_measured_to_be_well() -> None:
    finding = find(DIAMOND, ("end", ONSET), changes=(of("left"),))
    assert finding.node.name == "end"
    assert finding.change is None
    assert [item.why for item in finding.rejected] == ["left is not where the fault begins"]


def test_without_a_change_the_fault_is_where_it_shows() -> None:
    finding = find(unmeasured("left", "top"), ("end", ONSET))
    assert (finding.node.name, finding.signs) == ("end", ("end",))


def test_two_beginnings_with_one_change_before_both_are_one_fault() -> None:
    finding = find(unmeasured("top"), ("left", ONSET), ("right", ONSET), changes=(of("top"),))
    assert finding.node.name == "top"
    assert finding.signs == ("left", "right")
    assert finding.rivals == ()


def test_two_beginnings_with_a_change_each_are_rivals() -> None:
    changes = (of("left"), of("right", "d"))
    finding = find(DIAMOND, ("left", ONSET), ("right", ONSET), changes=changes)
    assert finding.rule is UNKNOWN
    assert finding.rivals == ("right",)


def test_slow_answers_are_no_sign_that_the_world_changed() -> None:
    spec = make_spec()
    for unit, expected in (("ms", "Serving is broken"), ("", "The world changed")):
        slow = Metric("figure", "judge", Selector("s"), unit=unit, aggregation="Mean")
        found = Anomaly(slow, ONSET, "High", 900.0, 5.0, 15.0, 10.0)
        finding = diagnose(spec, spec.graph(), [found], (), [])
        assert finding.rule.verdict.startswith(expected)
