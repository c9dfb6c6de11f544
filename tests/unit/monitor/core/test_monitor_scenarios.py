"""Whole stories: a simulated pipeline breaks, and the engine says what and why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from swirl.api.v1alpha1.swirlmonitor import Verdict
from swirl.monitor.core.engine import Engine
from swirl.monitor.core.spec import read_spec
from swirl.monitor.core.state import BLIND, BROKEN, HEALTHY, LEARNING
from swirl.monitor.core.tuning import Tuning
from swirl.wire.point import Point
from swirl.wire.times import Millis, rfc3339_to_millis
from tests.support.sim.simulator import (
    EXPECTED,
    FAULTS,
    NAMESPACE,
    START,
    Delivery,
    Fault,
    Names,
    Pipeline,
    change,
    make_spec,
    named,
    run,
    simulate,
    spec_body,
)


def changes_of(kind: str, at: float) -> list[Delivery]:
    if kind == "model-bug":
        return change(at)
    if kind == "pipeline-bug":
        return change(at, "AnalyticsJob", "prepare-rows", "Code")
    return []


def engine(**kwargs: object) -> Engine:
    return Engine(make_spec(**kwargs), NAMESPACE)


def only(verdicts: list[tuple[float, Verdict]]) -> Verdict:
    broken = [verdict for _, verdict in verdicts if verdict.state == BROKEN]
    assert broken
    return broken[0]


@pytest.mark.parametrize("kind", FAULTS)
def test_names_the_fault_within_a_minute_and_sees_it_go(kind: str) -> None:
    said = run(engine(), simulate(1, 600, [Fault(kind, 300, 450)]) + changes_of(kind, 298))
    states = [verdict.state for _, verdict in said]
    assert states == [LEARNING, LEARNING, HEALTHY, BROKEN, HEALTHY]
    summary, node = EXPECTED[kind]
    (at, verdict), (back, _) = said[3], said[4]
    assert (verdict.summary, verdict.node) == (summary, node)
    assert 300 < at <= 330
    assert 450 < back <= 500
    assert verdict.since is not None
    assert abs(rfc3339_to_millis(verdict.since) - (START + 300_000)) <= 10_000


def test_data_fault_is_told_with_its_numbers() -> None:
    verdict = only(run(engine(), simulate(1, 400, [Fault("data", 300)])))
    first = verdict.evidence[0]
    assert [item.metric for item in verdict.evidence] == ["bad_rows", "yes_ratio", "taps"]
    assert [item.direction for item in verdict.evidence] == ["High", "Low", "Low"]
    assert float(first.value) > 10 * float(first.high) > 0
    assert float(first.low) <= float(first.baseline) <= float(first.high)
    assert "yes_ratio and taps follow from it" in verdict.message
    assert verdict.message.endswith("No change was made to prepare.")
    assert verdict.change is None


def test_model_fault_names_the_release_and_the_way_back() -> None:
    said = run(engine(), simulate(1, 400, [Fault("model-bug", 300)]) + change(298))
    verdict = only(said)
    assert verdict.change is not None
    assert (verdict.change.from_version, verdict.change.to) == ("1", "2")
    assert verdict.target is not None
    assert (verdict.target.kind, verdict.target.name) == ("ModelServer", "mood")
    assert verdict.target.version == "2"
    assert "ModelServer mood changed its model from 1 to 2" in verdict.message


def test_names_of_metrics_do_not_matter() -> None:
    names = Names("zeta", "theta", "omega", "iota")
    log = simulate(1, 400, [Fault("data", 300)], Pipeline(names=names))
    verdict = only(run(engine(names=names), log))
    assert (verdict.summary, verdict.node) == EXPECTED["data"]
    assert [item.metric for item in verdict.evidence] == ["zeta", "omega_ratio", "iota"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("features", ("Data pipeline is broken", "enrich")),
        ("data", EXPECTED["data"]),
        ("model-bug", EXPECTED["model-bug"]),
    ],
)
def test_a_fourth_stage_is_understood(kind: str, expected: tuple[str, str]) -> None:
    log = simulate(2, 400, [Fault(kind, 300)], features=True) + changes_of(kind, 298)
    verdict = only(run(engine(features=True), log))
    assert (verdict.summary, verdict.node) == expected


def test_decoy_releases_elsewhere_are_rejected_with_reasons() -> None:
    decoys = (
        change(299, "AnalyticsJob", "prepare-rows", "Code")
        + change(297, "ModelServer", "other")
        + change(298, namespace="elsewhere")
    )
    verdict = only(run(engine(), simulate(3, 400, [Fault("world", 300)]) + decoys))
    assert (verdict.summary, verdict.node) == EXPECTED["world"]
    assert [(item.name, item.why) for item in verdict.rejected_changes] == [
        ("prepare-rows", "prepare is not where the fault begins")
    ]


def test_an_old_change_of_the_broken_node_is_exonerated() -> None:
    verdict = only(run(engine(), simulate(4, 400, [Fault("world", 300)]) + change(200)))
    assert (verdict.summary, verdict.node) == EXPECTED["world"]
    (rejected,) = verdict.rejected_changes
    assert rejected.why is not None
    assert rejected.why.endswith("healthy windows followed it")
    assert int(rejected.why.split()[0]) >= 15
    assert "No change explains it" in verdict.message


def test_a_rollback_afterwards_is_not_the_cause() -> None:
    log = simulate(5, 500, [Fault("world", 300, 420)]) + change(380, versions=("2", "1"))
    assert named(run(engine(), log)) == [EXPECTED["world"][0]]


def test_a_change_heard_of_late_revises_the_verdict_once() -> None:
    log = simulate(6, 420, [Fault("model-bug", 300)]) + change(298, heard=35)
    assert named(run(engine(), log)) == [EXPECTED["world"][0], EXPECTED["model-bug"][0]]


def test_a_change_heard_of_much_later_does_not() -> None:
    log = simulate(6, 460, [Fault("model-bug", 300)]) + change(298, heard=100)
    assert named(run(engine(), log)) == [EXPECTED["world"][0]]


def test_upstream_evidence_that_comes_later_revises_the_verdict_once() -> None:
    faults = [Fault("world", 300), Fault("data", 328)]
    said = run(engine(), simulate(7, 460, faults))
    assert named(said) == [EXPECTED["world"][0], EXPECTED["data"][0]]


def test_waits_for_upstream_evidence_that_is_on_its_way() -> None:
    faults = [Fault("world", 300), Fault("data", 318)]
    said = run(engine(), simulate(7, 460, faults))
    assert named(said) == [EXPECTED["data"][0]]


def test_a_second_fault_does_not_take_over_the_verdict() -> None:
    faults = [Fault("world", 300), Fault("data", 380)]
    verdict = [v for _, v in run(engine(), simulate(8, 500, faults)) if v.state == BROKEN][-1]
    assert (verdict.summary, verdict.node) == EXPECTED["world"]
    assert "bad_rows broke too and does not follow from it" in verdict.message


def test_a_metric_that_never_comes_is_named() -> None:
    body = spec_body()
    body["metrics"][2]["source"]["metric"] = "typo"
    said = run(Engine(read_spec(body), NAMESPACE), simulate(9, 300))
    last = said[-1][1]
    assert (last.state, last.summary, last.unheard) == (BLIND, "No points of taps", ["taps"])
    assert "of taps at show (of typo): correct metrics[].source" in last.message
    assert "The other 2 metrics are watched without it from" in last.message


def test_a_metric_that_never_comes_does_not_keep_the_others_from_being_watched() -> None:
    body = spec_body(detection={"lookbackSeconds": 120})
    body["metrics"][2]["source"]["metric"] = "typo"
    log = simulate(9, 500, [Fault("model-bug", 300)]) + change(298)
    said = run(Engine(read_spec(body), NAMESPACE), log)
    assert named(said) == [EXPECTED["model-bug"][0]]
    watched = [verdict for _, verdict in said if verdict.state == BLIND][-1]
    assert "The other 2 metrics are in band since" in watched.message


def test_when_nothing_comes_at_all_it_is_said_after_the_time_of_learning() -> None:
    found = Engine(make_spec(), NAMESPACE)
    assert found.advance(START) is not None
    for second in range(79):
        found.advance(Millis(START + 1000 * second))
    assert found.verdict.state == LEARNING
    found.advance(Millis(START + 80_000))
    assert (found.verdict.state, len(found.verdict.unheard)) == (BLIND, 3)
    assert found.verdict.since is None


def test_an_engine_that_reads_an_old_log_does_not_miss_what_began_with_it() -> None:
    spec = make_spec()
    born = START + Tuning.of(spec.detection).history_ms
    found = Engine(spec, NAMESPACE, START)
    found.advance(Millis(born - 1000))
    states = []
    for waited in (79_000, 80_000):
        found.advance(Millis(born + waited))
        states.append(found.state)
    assert states == [LEARNING, BLIND]


def test_what_comes_at_last_is_learned() -> None:
    """Its points begin to come only after it was given up."""
    late = START + 250_000
    log = [
        item
        if item.arrival >= late
        else replace(item, points=tuple(p for p in item.points if p.name != "taps"))
        for item in simulate(11, 700, [Fault("clicks", 560)])
    ]
    said = run(engine(detection={"lookbackSeconds": 120}), log)
    assert "are in band" in next(v for t, v in reversed(said) if v.state == BLIND).message
    states = [verdict.state for _, verdict in said]
    assert states.index(BLIND) < states.index(HEALTHY) < states.index(BROKEN)
    assert named(said) == [EXPECTED["clicks"][0]]


def test_never_recovers_while_broken() -> None:
    said = run(engine(), simulate(10, 3000, [Fault("model-bug", 300)]) + change(298))
    assert named(said) == [EXPECTED["model-bug"][0]]
    assert said[-1][1].state == BROKEN


def test_learns_again_after_recovery_and_finds_the_next_fault() -> None:
    faults = [Fault("data", 300, 400), Fault("model-bug", 600)]
    said = run(engine(), simulate(11, 700, faults) + change(599))
    assert named(said) == [EXPECTED["data"][0], EXPECTED["model-bug"][0]]


def test_a_source_that_reports_seldom_is_not_silent() -> None:
    log = simulate(12, 3000, [Fault("silent", 2800)], Pipeline(batch_seconds=12))
    said = run(engine(), log)
    assert named(said) == [EXPECTED["silent"][0]]
    assert next(at for at, verdict in said if verdict.state == BROKEN) > 2800


@pytest.mark.parametrize(("reports", "verdicts"), [(1, 0), (2, 1)])
def test_of_a_source_that_reports_seldom_one_freak_report_is_no_fault(
    reports: int, verdicts: int
) -> None:
    spec = read_spec(
        {
            "nodes": [{"name": "a"}],
            "metrics": [
                {"name": "m", "node": "a", "source": {"metric": "m"}, "aggregation": "Mean"}
            ],
        }
    )
    log = []
    for report in range(60):
        at = 20 * report + 1
        value = 50.0 if 40 <= report < 40 + reports else 10.0 + report % 3
        point = Point("m", START + at * 1000, value, {})
        log.append(Delivery(START + at * 1000 + 200, (point,), batch=f"m@{at}"))
    assert len(named(run(Engine(spec, NAMESPACE), log))) == verdicts
