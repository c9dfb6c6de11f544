from __future__ import annotations

import pytest

from swirl_operator.runtime.interface import Object
from swirl_operator.status.health import health
from tests.unit.operator.kinds.observed import condition, merged, monitor


def says(name: str = "ads", /, **verdict: object) -> Object:
    base = monitor(
        status={
            "verdict": {"summary": "s", "message": "m", **verdict},
            "conditions": [condition("Ready", "True")],
        }
    )
    return merged(base, {"metadata": {"name": name}})


def seen(node: str) -> Object:
    numbers = {"value": "1", "low": "2", "high": "3", "baseline": "2", "direction": "Low"}
    return {"metric": "rows", "node": node, "since": "2026-01-31T12:00:00Z", **numbers}


def of_server(*monitors: Object) -> tuple[str, str]:
    healthy = health(monitors, "ModelServer", "sentiment")
    assert healthy.type == "Healthy"
    assert healthy.message
    return healthy.status, healthy.reason


@pytest.mark.parametrize(
    "ready", [[condition("Ready", "False")], [condition("Ready", "Unknown")], []]
)
def test_good_news_take_somebody_who_looks(ready: list[Object]) -> None:
    dead = {"status": {"conditions": ready}}
    healthy = merged(says(state="Healthy"), dead)
    elsewhere = merged(says(state="Broken", node="other"), dead)
    blamed = merged(says(state="Broken", node="classify"), dead)
    assert of_server(healthy) == ("Unknown", "NobodyWatches")
    assert of_server(elsewhere) == ("Unknown", "NobodyWatches")
    assert of_server(blamed) == ("False", "Blamed")


def test_nobody_watches() -> None:
    assert of_server() == ("Unknown", "NotMonitored")
    assert health([says(state="Healthy")], "ModelServer", "other").reason == "NotMonitored"
    assert health([says(state="Healthy")], "AnalyticsJob", "sentiment").reason == "NotMonitored"


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        ({"state": "Learning"}, ("Unknown", "Learning")),
        ({"state": "Healthy"}, ("True", "AsLearned")),
        ({"state": "Broken", "node": "classify"}, ("False", "Blamed")),
        (
            {"state": "Broken", "node": "ingest", "evidence": [seen("classify")]},
            ("Unknown", "UpstreamBroken"),
        ),
        (
            {"state": "Broken", "node": "ingest", "evidence": [seen("ingest")]},
            ("True", "NotBlamed"),
        ),
    ],
)
def test_what_one_monitor_says(verdict: dict[str, object], expected: tuple[str, str]) -> None:
    assert of_server(says(**verdict)) == expected


def test_a_monitor_that_has_said_nothing() -> None:
    assert of_server(monitor()) == ("Unknown", "NoVerdictYet")
    assert of_server(monitor(status=None)) == ("Unknown", "NoVerdictYet")


def test_the_blame_is_passed_on_in_full() -> None:
    blamed = says(state="Broken", node="classify", message="predictions are off")
    assert "predictions are off" in health([blamed], "ModelServer", "sentiment").message


def test_of_several_monitors_the_worst_counts() -> None:
    good, bad = says("a", state="Healthy"), says("b", state="Broken", node="classify")
    unsure = says("c", state="Learning")
    assert of_server(good, unsure) == ("Unknown", "Learning")
    assert of_server(good, unsure, bad) == ("False", "Blamed")
