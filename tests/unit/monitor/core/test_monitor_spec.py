"""Reading the spec: what the API's models and the engine refuse."""

from __future__ import annotations

from typing import Any

import pytest

from swirl.api.v1alpha1.swirlmonitor import Detection
from swirl.monitor.core.spec import InvalidSpec, read_spec
from tests.support.sim.simulator import spec_body


def test_what_the_operator_hands_over_is_read_as_it_was_meant() -> None:
    body = spec_body(features=True)
    body["rules"] = [
        {
            "name": "mine",
            "when": {"nodeKinds": ["None"], "position": "Leaf", "change": "Absent", "node": "show"},
            "verdict": "Ask the web team",
        }
    ]
    del body["detection"]
    spec = read_spec(body)
    handed_over = spec.model_dump(by_alias=True, exclude_none=True, exclude={"kafka"})
    assert read_spec(handed_over) == spec
    assert spec.detection == Detection()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"nodes": []}, "spec.nodes: .* at least 1 item"),
        ({"metrics": []}, "spec.metrics: .* at least 1 item"),
        ({"metrics": {}}, "spec.metrics: .* valid list"),
        ({"nodes": [{"name": "a"}, {"name": "a"}]}, "'a' twice"),
        ({"nodes": [{"name": "a", "after": ["a"]}]}, "is not there|cycle"),
        ({"nodes": [{"after": []}]}, r"spec.nodes\[0\].name: Field required"),
        ({"detection": {"windowSeconds": 0}}, "spec.detection.windowSeconds: .* equal to 1"),
        ({"detection": {"sensitivity": "six"}}, "spec.detection.sensitivity: .* match pattern"),
        ({"detection": {"sensitivity": "nan"}}, "spec.detection.sensitivity: .* match pattern"),
        ({"detection": {"sensitivity": "0.01"}}, "spec: detection.sensitivity must be at least"),
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
            "spec.metrics.0..aggregation: .*'Rate', 'Sum', 'Mean' or 'Max'",
        ),
    ],
)
def test_says_which_field_is_wrong(change: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidSpec, match=says):
        read_spec(spec_body() | change)


def test_says_all_that_is_wrong() -> None:
    body = spec_body() | {"nodes": [], "rules": {}}
    with pytest.raises(InvalidSpec, match=r"spec\.nodes: .*; spec\.rules: "):
        read_spec(body)


def test_a_cycle_of_nodes_is_shown() -> None:
    nodes = [
        {"name": "prepare", "after": ["show"]},
        {"name": "judge"},
        {"name": "show", "after": ["prepare"]},
    ]
    with pytest.raises(
        InvalidSpec, match=r"spec\.nodes: (show|prepare) after .*: a pipeline has no cycle"
    ):
        read_spec(spec_body() | {"nodes": nodes})
