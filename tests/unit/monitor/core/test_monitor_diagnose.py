"""Where a fault begins, and what else is off."""

from __future__ import annotations

from collections.abc import Sequence

from swirl.api.v1alpha1.swirlmonitor import (
    Metric,
    Node,
    NodeReference,
    Rule,
    Selector,
    SwirlMonitorSpec,
    When,
)
from swirl.monitor.core.changes import Change, ChangeLog
from swirl.monitor.core.diagnose import Anomaly, Diagnosis, diagnose
from swirl.monitor.core.graph import Graph
from swirl.monitor.core.rules import UNKNOWN
from swirl.monitor.core.tuning import Tuning
from swirl.wire.times import Millis
from tests.support.sim.simulator import NAMESPACE, START, change, make_spec

ONSET = START // 5_000 + 60
BEGIN = Millis(ONSET * 5_000)


def metric_of(node: str) -> Metric:
    return Metric(name=f"of-{node}", node=node, source=Selector(metric=node))


def job(name: str) -> NodeReference:
    return NodeReference(kind="AnalyticsJob", name=name)


DIAMOND = SwirlMonitorSpec(
    nodes=[
        Node(name="top"),
        Node(name="left", after=["top"], ref=job("left-job")),
        Node(name="right", after=["top"], ref=job("right-job")),
        Node(name="end", after=["left", "right"]),
    ],
    metrics=[metric_of(node) for node in ("top", "left", "right", "end")],
)


def anomaly(spec: SwirlMonitorSpec, node: str, onset: int = ONSET) -> Anomaly:
    metric = next(metric for metric in spec.metrics if metric.node == node)
    return Anomaly(metric, onset, "Low", 1.0, 5.0, 15.0, 10.0)


def find(
    spec: SwirlMonitorSpec, *nodes: tuple[str, int], changes: tuple[Change, ...] = ()
) -> Diagnosis:
    found = [anomaly(spec, node, onset) for node, onset in nodes]
    return explain(spec, found, changes, range(ONSET - 20, ONSET))


def explain(
    spec: SwirlMonitorSpec,
    anomalies: Sequence[Anomaly],
    changes: Sequence[Change] = (),
    healthy: Sequence[int] = (),
) -> Diagnosis:
    graph, tuning = Graph.of(spec.nodes), Tuning.of(spec.detection)
    return diagnose(spec, tuning, graph, anomalies, changes, healthy)


def test_the_most_upstream_node_is_named_even_if_it_was_seen_later() -> None:
    diagnosis = find(DIAMOND, ("end", ONSET), ("left", ONSET + 2))
    assert diagnosis.node.name == "left"
    assert diagnosis.onset == ONSET + 2
    assert [item.metric.node for item in diagnosis.anomalies] == ["left", "end"]
    assert diagnosis.downstream == ("of-end",)


def test_two_beginnings_at_once_are_not_explained_away() -> None:
    diagnosis = find(DIAMOND, ("left", ONSET), ("right", ONSET), ("end", ONSET))
    assert diagnosis.rule is UNKNOWN
    assert diagnosis.alternatives == ("right",)


def test_unless_a_change_tells_them_apart() -> None:
    made = Change("c", "right", "AnalyticsJob", "right-job", "Code", "1", "2", BEGIN, BEGIN)
    diagnosis = find(DIAMOND, ("left", ONSET), ("right", ONSET), changes=(made,))
    assert diagnosis.node.name == "right"
    assert diagnosis.rule.verdict == "Deployed bug in pipeline code"
    assert diagnosis.unrelated == ("of-left",)


def test_or_one_of_them_was_clearly_first() -> None:
    diagnosis = find(DIAMOND, ("left", ONSET + 5), ("right", ONSET))
    assert diagnosis.node.name == "right"
    assert diagnosis.alternatives == ()


def test_the_users_rules_come_first() -> None:
    rule = Rule(name="mine", when=When(node="top"), verdict="The provider is down")
    spec = DIAMOND.model_copy(update={"rules": [rule]})
    assert find(spec, ("top", ONSET)).rule is rule
    assert find(spec, ("left", ONSET)).rule is not rule


def test_changes_are_those_of_the_culprit() -> None:
    spec = make_spec()
    log = ChangeLog(spec, NAMESPACE)
    log.add(item.event for item in change(298) if item.event is not None)
    found = [anomaly(spec, "judge"), anomaly(spec, "show")]
    diagnosis = explain(spec, found, log.changes())
    assert diagnosis.change is not None
    assert diagnosis.change.name == "mood"


def unmeasured(*nodes: str) -> SwirlMonitorSpec:
    """The diamond without metrics of these nodes."""
    metrics = [metric for metric in DIAMOND.metrics if metric.node not in nodes]
    return DIAMOND.model_copy(update={"metrics": metrics})


def of(job: str, identity: str = "c", begin: Millis = BEGIN) -> Change:
    return Change(
        identity, job, "AnalyticsJob", f"{job}-job", "Code", "1", "2", Millis(begin - 2_000), begin
    )


def test_a_change_of_a_node_without_metrics_explains_what_shows_after_it() -> None:
    spec = unmeasured("left", "top")
    diagnosis = find(spec, ("end", ONSET), changes=(of("left"),))
    assert diagnosis.node.name == "left"
    assert diagnosis.symptoms_at == ("end",)
    assert diagnosis.rule.verdict == "Deployed bug in pipeline code"
    assert (diagnosis.downstream, diagnosis.unrelated, diagnosis.alternatives) == ((), (), ())


def test_but_not_what_is_measured_to_be_well() -> None:
    diagnosis = find(DIAMOND, ("end", ONSET), changes=(of("left"),))
    assert diagnosis.node.name == "end"
    assert diagnosis.change is None
    assert [item.why for item in diagnosis.rejected] == ["left is not where the fault begins"]


def test_without_a_change_the_fault_is_where_it_shows() -> None:
    diagnosis = find(unmeasured("left", "top"), ("end", ONSET))
    assert (diagnosis.node.name, diagnosis.symptoms_at) == ("end", ("end",))


def test_two_beginnings_with_one_change_before_both_are_one_fault() -> None:
    diagnosis = find(unmeasured("top"), ("left", ONSET), ("right", ONSET), changes=(of("top"),))
    assert diagnosis.node.name == "top"
    assert diagnosis.symptoms_at == ("left", "right")
    assert diagnosis.alternatives == ()


def test_two_beginnings_with_a_change_each_are_alternatives() -> None:
    changes = (of("left"), of("right", "d"))
    diagnosis = find(DIAMOND, ("left", ONSET), ("right", ONSET), changes=changes)
    assert diagnosis.rule is UNKNOWN
    assert diagnosis.alternatives == ("right",)


def test_slow_answers_are_no_sign_that_the_world_changed() -> None:
    spec = make_spec()
    for unit, expected in (("ms", "Serving is broken"), ("", "The world changed")):
        slow = Metric(
            name="figure",
            node="judge",
            source=Selector(metric="s"),
            unit=unit,
            aggregation="Mean",
        )
        found = Anomaly(slow, ONSET, "High", 900.0, 5.0, 15.0, 10.0)
        diagnosis = explain(spec, [found])
        assert diagnosis.rule.verdict.startswith(expected)
