"""A misspelt or impossible value is refused, not ignored."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
import yaml

from tests.unit.chart.conftest import CHART, EVERYTHING, Render

SCHEMA = json.loads((CHART / "values.schema.json").read_text())
VALUES = yaml.safe_load((CHART / "values.yaml").read_text())


def test_chart_defaults_match_the_schema() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    jsonschema.validate(VALUES, SCHEMA)


def _paths(schema: dict[str, Any], path: str = "") -> set[str]:
    own = schema.get("properties", {})
    return {f"{path}{name}" for name in own} | {
        below for name, child in own.items() for below in _paths(child, f"{path}{name}.")
    }


def _defaults(values: dict[str, Any], path: str = "") -> set[str]:
    return {f"{path}{name}" for name in values} | {
        below
        for name, child in values.items()
        if isinstance(child, dict)
        for below in _defaults(child, f"{path}{name}.")
    }


def test_chart_schema_and_defaults_name_the_same_values() -> None:
    # Free maps and the parts of Kubernetes' own objects have no defaults to compare.
    free = ("resources.", "affinity.", "global")
    named = {path for path in _paths(SCHEMA) if not any(part in path for part in free)}
    defaults = {path for path in _defaults(VALUES) if not any(part in path for part in free)}
    assert named == defaults


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"operator": {"replcas": 2}}, "replcas"),
        ({"kafak": {"enabled": True}}, "kafak"),
        ({"operator": {"replicas": "two"}}, "replicas"),
        ({"operator": {"log": {"format": "xml"}}}, "format"),
        ({"workloadNamespaces": ["Ads"]}, "workloadNamespaces"),
        ({"workloadNamespaces": "ads"}, "workloadNamespaces"),
        ({"artifacts": {"uri": "/var/lib/artifacts"}}, "uri"),
        ({"artifacts": {"claim": {"accessModes": ["ReadOnlyMany"]}}}, "accessModes"),
        ({"kafka": {"bootstrapServers": "kafka"}}, "bootstrapServers"),
        ({"kafka": {"bootstrapServers": "fd00::1:9092"}}, "bootstrapServers"),
        ({"kafka": {"topics": {"metrics": "swirl metrics"}}}, "metrics"),
        ({"kafka": {"heap": "lots"}}, "heap"),
        ({"images": {"operator": ""}}, "operator"),
        ({"images": {"operator": "Operator:1"}}, "operator"),
        ({"imagePullPolicy": "Sometimes"}, "imagePullPolicy"),
    ],
)
def test_chart_refuses_mistakes_and_names_them(
    render: Render, values: dict[str, Any], named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        render(**values)


def test_chart_names_no_image_that_is_not_the_users() -> None:
    assert set(VALUES["images"].values()) == {""}


@pytest.mark.parametrize(
    ("kafka", "missing"),
    [
        (False, "images.operator, images.scorer, images.monitor"),
        (True, "images.operator, images.scorer, images.monitor, images.kafka"),
    ],
)
def test_chart_says_in_one_sentence_which_images_are_not_named(
    render: Render, kafka: bool, missing: str
) -> None:
    nothing = dict.fromkeys(VALUES["images"], "")
    sentence = f"no image is named in {missing}: build them with `make images` and give helm"
    with pytest.raises(ValueError, match=sentence):
        render(images=nothing, kafka={"enabled": kafka})


def test_chart_needs_no_image_of_a_broker_that_it_does_not_start(render: Render) -> None:
    assert render(images={"kafka": ""})


def test_chart_refuses_two_brokers(render: Render) -> None:
    with pytest.raises(ValueError, match="set only one"):
        render(kafka={"enabled": True, "bootstrapServers": "kafka:9092"})


def test_chart_accepts_every_switch(render: Render) -> None:
    assert render(**EVERYTHING)
