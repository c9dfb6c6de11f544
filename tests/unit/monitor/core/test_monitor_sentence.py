"""What the person on call reads."""

from __future__ import annotations

import pytest

from swirl.api.v1alpha1.swirlmonitor import Rule, When
from swirl.monitor.core.band import Direction
from swirl.monitor.core.changes import Change, Rejected
from swirl.monitor.core.diagnose import Anomaly, Diagnosis
from swirl.monitor.core.rules import UNKNOWN
from swirl.monitor.core.sentence import broken, healthy, learning, number
from swirl.wire.times import Millis
from tests.support.sim.simulator import make_spec

SPEC = make_spec()
NODES = {node.name: node for node in SPEC.nodes}
T = Millis(1_700_000_100_000)
ONSET = T // 5_000
RULE = Rule(name="r", when=When(), verdict="It broke")


def anomaly(metric: int, direction: Direction = "High", value: float | None = 195.4) -> Anomaly:
    return Anomaly(SPEC.metrics[metric], ONSET, direction, value, 0.0, 2.0, 0.5)


def made(node: str = "judge", before: int = 4, name: str = "mood") -> Change:
    return Change("c", node, "ModelServer", name, "Model", "1", "2", Millis(T - before * 1000), T)


def diagnosis(**kwargs: object) -> Diagnosis:
    fields: dict[str, object] = {
        "node": NODES["prepare"],
        "onset": ONSET,
        "rule": RULE,
        "change": None,
        "rejected": (),
        "anomalies": (anomaly(0), anomaly(1, "Low", 0.2)),
        "downstream": ("yes_ratio",),
    }
    fields |= kwargs
    node = fields["node"]
    fields.setdefault("symptoms_at", (node.name,))  # type: ignore[attr-defined]
    return Diagnosis(**fields)  # type: ignore[arg-type]


def message(found: Diagnosis) -> str:
    return broken(found, 5_000, "shop", None).message


def test_no_change() -> None:
    assert message(diagnosis()) == (
        "It broke at prepare: bad_rows 195/s, normally 0\N{EN DASH}2/s, since 22:15:00 UTC; "
        "yes_ratio follows from it. No change was made to prepare."
    )


def test_a_change() -> None:
    found = diagnosis(
        node=NODES["judge"], anomalies=(anomaly(1, "Low", 0.21),), downstream=(), change=made()
    )
    assert message(found).endswith(
        "ModelServer mood changed its model from 1 to 2 at 22:14:56 UTC, 4 s before the first "
        "sign; going back undoes it."
    )


def test_rejected_changes_are_named_with_reasons_the_own_node_first() -> None:
    rejected = tuple(Rejected(made(node), "of a reason") for node in ["judge"] * 4 + ["prepare"])
    text = message(diagnosis(rejected=rejected))
    assert "No change explains it. Considered and rejected: model 2 of mood" in text
    assert text.endswith("; and 2 more.")
    assert len(broken(diagnosis(rejected=rejected), 5_000, "shop", None).rejected_changes) == 5


def test_silence_is_called_silence() -> None:
    silent = tuple(anomaly(i, "Silent", None) for i in range(3))
    text = message(diagnosis(anomalies=silent, downstream=("yes_ratio", "taps")))
    assert "bad_rows is silent, normally 0\N{EN DASH}2/s" in text
    assert "yes_ratio and taps follow from it" in text
    assert "it may also be that metrics no longer arrive" in text


def test_alternatives_are_admitted() -> None:
    text = message(diagnosis(rule=UNKNOWN, alternatives=("judge",), downstream=()))
    assert text.startswith("Something is wrong, cause unknown at prepare")
    assert "judge broke at the same time and does not follow from it" in text


def test_learning_and_healthy() -> None:
    assert learning(SPEC, ("bad_rows",)).message.endswith("of bad_rows.")
    assert "No points" not in learning(SPEC, ()).message
    assert healthy(SPEC, T).message == "All 3 metrics are in band since 22:15:00 UTC."


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.19512, "0.195"), (1.954, "1.95"), (19.54, "19.5"), (195.4, "195"),
     (19542.0, "19500"), (1e-7, "1.00e-07"), (1e20, "1e+20"), (-3.14159, "-3.14"),
     (float("inf"), "inf")],
)  # fmt: skip
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text


def test_a_fault_of_a_node_without_metrics_is_told_by_where_it_shows() -> None:
    found = diagnosis(
        symptoms_at=("judge",),
        anomalies=(anomaly(1, "Low", 0.21), anomaly(2, "Low", 1.0)),
        downstream=("taps",),
    )
    assert message(found).startswith(
        "It broke at prepare: seen first at judge, yes_ratio 0.21, normally 0\N{EN DASH}2, since "
        "22:15:00 UTC; taps follows from it."
    )
