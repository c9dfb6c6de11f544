"""Reading the spec: the same field names and defaults as the API's models."""

from __future__ import annotations

from typing import Any

import pytest

from swirl.api.v1alpha1.swirlmonitor import SwirlMonitorSpec
from swirl.monitor.core.spec import Detection, InvalidSpec, Ref, parse
from tests.support.sim.simulator import spec_body


def test_agrees_with_the_api_models_on_names_and_defaults() -> None:
    body = spec_body(features=True)
    body["rules"] = [
        {
            "name": "mine",
            "when": {"nodeKind": "None", "position": "Leaf", "change": "Absent", "node": "show"},
            "verdict": "Ask the web team",
        }
    ]
    del body["detection"]
    wire = SwirlMonitorSpec.model_validate(body).model_dump(by_alias=True, exclude_none=True)
    assert parse(wire) == parse(body)
    assert parse(wire).detection == Detection()


def test_reads_every_field() -> None:
    body = spec_body(detection={"windowSeconds": 10, "sensitivity": "4.5", "persistWindows": 3})
    body["metrics"][2] |= {"aggregation": "Mean", "silence": "Ignored"}
    spec = parse(body)
    assert spec.node("judge").after == ("prepare",)
    assert spec.node("judge").ref == Ref("ModelServer", "mood")
    assert spec.node("show").ref is None
    assert spec.metrics[1].source.labels == (("label", "yes"),)
    assert spec.metrics[1].divided_by is not None
    assert (spec.metrics[2].aggregation, spec.metrics[2].silence) == ("Mean", "Ignored")
    assert spec.detection.window_ms == 10_000
    assert spec.detection.sensitivity == 4.5
    assert spec.detection.lookback_windows == 90


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"nodes": []}, "spec.nodes is empty"),
        ({"metrics": []}, "spec.metrics is empty"),
        ({"metrics": {}}, "spec.metrics must be a list"),
        ({"nodes": [{"name": "a"}, {"name": "a"}]}, "'a' twice"),
        ({"nodes": [{"name": "a", "after": ["a"]}]}, "is not there|cycle"),
        ({"nodes": [{"after": []}]}, r"nodes\[0\].name must be"),
        ({"detection": {"windowSeconds": 0}}, "windowSeconds must be at least 1"),
        ({"detection": {"sensitivity": "six"}}, "sensitivity is not a number"),
        ({"detection": {"sensitivity": "nan"}}, "sensitivity must be"),
        (
            {"metrics": [{"name": "m", "node": "gone", "source": {"metric": "x"}}]},
            "node gone, which is not there",
        ),
        (
            {
                "metrics": [
                    {"name": "m", "node": "show", "source": {"metric": "x"}, "aggregation": "P99"}
                ]
            },
            "aggregation must be one of Rate, Sum, Mean, Max",
        ),
    ],
)
def test_says_which_field_is_wrong(change: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidSpec, match=says):
        parse(spec_body() | change)
