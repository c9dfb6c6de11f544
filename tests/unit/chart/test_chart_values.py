"""A misspelt or impossible value is refused, not ignored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import yaml

from devtools.references import OF_CHART
from swirl.api.pods import PodSettings
from tests.unit.chart.conftest import CHART, EVERYTHING, Render

SCHEMA = json.loads((CHART / "values.schema.json").read_text())
VALUES = yaml.safe_load((CHART / "values.yaml").read_text())


def test_chart_defaults_match_the_schema() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    jsonschema.validate(VALUES, SCHEMA)


def _paths(schema: dict[str, Any], path: str = "") -> set[str]:
    if "$ref" in schema:
        schema = SCHEMA["definitions"][schema["$ref"].rpartition("/")[2]]
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
    free = ("resources.", "affinity.", "workloads.pod.")
    named = {path for path in _paths(SCHEMA) if not any(part in path for part in free)}
    defaults = {path for path in _defaults(VALUES) if not any(part in path for part in free)}
    # What a parent chart reads, and need not be there; and what is only there to be refused.
    assert named - {"enabled", "images", "imagePullPolicy"} == defaults


def test_chart_knows_what_pods_of_workloads_may_have() -> None:
    fields = PodSettings.model_fields.items()
    said = SCHEMA["properties"]["workloads"]["properties"]["pod"]["properties"]
    assert set(said) == {field.alias or name for name, field in fields}


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
        ({"image": {"registry": ""}}, "operator.image"),
        ({"image": {"registry": "https://registry.example"}}, "registry"),
        ({"image": {"registry": "r.example", "pullPolicy": "Sometimes"}}, "pullPolicy"),
        ({"operator": {"image": {"repository": "Operator"}}}, "repository"),
        ({"operator": {"image": {"digest": "4f53cda18c2baa0c"}}}, "digest"),
        ({"imagePullSecrets": [{"secret": "registry"}]}, "imagePullSecrets"),
        ({"imagePullSecrets": "registry"}, "imagePullSecrets"),
        ({"workloads": {"tolerations": []}}, "tolerations"),
        ({"workloads": {"pod": {"tolerationz": []}}}, "tolerationz"),
        ({"images": {"operator": "registry.example/operator:1"}}, "images"),
    ],
)
def test_chart_refuses_mistakes_and_names_them(
    render: Render, values: dict[str, Any], named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        render(**values)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"images": {"operator": "r.example/operator:1"}},
            r"images is operator\.image, scorer\.image",
        ),
        ({"imagePullPolicy": "Always"}, r"imagePullPolicy is image\.pullPolicy now"),
        (
            {"images": {"operator": ""}, "imagePullPolicy": "IfNotPresent"},
            "kafka.image now.*; imageP",
        ),
    ],
)
def test_chart_says_what_a_value_of_0_1_0_is_called_now(
    render: Render, values: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        render(**values)


def test_chart_takes_all_other_values_of_0_1_0(render: Render) -> None:
    assert render(
        imagePullSecrets=["registry"],
        operator={"log": {"format": "json"}, "podLabels": {"a": "b"}},
        artifacts={"claim": {"accessModes": ["ReadWriteMany"], "storageClassName": "nfs"}},
        kafka={"enabled": True, "heap": "350m", "storage": {"persistent": False}},
        metrics={"serviceMonitor": {"enabled": True}},
    )


def test_chart_takes_names_that_yaml_reads_as_something_else(render: Render) -> None:
    # Norway's namespace, a Secret called by a number, a class that is switched on.
    manifests = render(
        "--namespace=no",
        workloadNamespaces=["2026", "no"],
        operator={"namespaces": ["2026", "no"], "priorityClassName": "off"},
        imagePullSecrets=["123", {"name": "987"}],
        artifacts={
            "secretName": "456",
            "claim": {"name": "789", "storageClassName": "on"},
        },
        kafka={
            "bootstrapServers": "kafka:9093",
            "security": {
                "protocol": "SASL_SSL",
                "secretName": "null",
                "sasl": {"mechanism": "PLAIN", "username": "0"},
            },
        },
        networkPolicy={"enabled": True},
        metrics={"serviceMonitor": {"enabled": True}, "prometheusRule": {"enabled": True}},
    )
    strings = {
        "namespace",
        "name",
        "secretName",
        "claimName",
        "storageClassName",
        "value",
        "priorityClassName",
        "resourceNames",
    }
    wrong = {
        f"{manifest['kind']} {path}: {value!r}"
        for manifest in manifests
        for path, value in _leaves(manifest)
        if path.rpartition(".")[2].partition("[")[0] in strings and not isinstance(value, str)
    }
    assert not wrong


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _leaves(child, f"{path}.{key}")
    elif isinstance(value, list):
        for number, child in enumerate(value):
            yield from _leaves(child, f"{path}[{number}]")
    else:
        yield path, value


def test_chart_names_no_image_that_is_not_the_users() -> None:
    named = [VALUES["image"], *(VALUES[name]["image"] for name in OF_CHART)]
    assert {image["registry"] for image in named} == {""}


@pytest.mark.parametrize(
    ("kafka", "missing"),
    [
        (False, "operator.image, scorer.image, monitor.image"),
        (True, "operator.image, scorer.image, monitor.image, kafka.image"),
    ],
)
def test_chart_says_in_one_sentence_which_images_are_not_named(
    render: Render, kafka: bool, missing: str
) -> None:
    sentence = f"no registry is named for {missing}: set image.registry to where `make push"
    with pytest.raises(ValueError, match=sentence):
        render(image={}, kafka={"enabled": kafka})


def test_chart_needs_no_image_of_a_broker_that_it_does_not_start(render: Render) -> None:
    ours = {name: {"image": {"registry": "r.example"}} for name in OF_CHART if name != "kafka"}
    assert render(image={}, **ours)


def test_chart_refuses_two_brokers(render: Render) -> None:
    with pytest.raises(ValueError, match="set only one"):
        render(kafka={"enabled": True, "bootstrapServers": "kafka:9092"})


def test_chart_accepts_every_switch(render: Render) -> None:
    assert render(**EVERYTHING)
