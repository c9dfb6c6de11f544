"""The generated CRDs: up to date, structural, described, bounded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from swirl.api import crd
from swirl.api.meta import CustomResource
from swirl.api.v1alpha1 import KINDS

ROOT = Path(__file__).parents[3]
FILES = sorted((ROOT / "crds").glob("*.yaml"))

Schema = dict[str, Any]


def schemas() -> list[tuple[str, Schema]]:
    return [(kind.kind, crd.openapi(kind)) for kind in KINDS]


def walk(node: Schema, where: str) -> Iterator[tuple[str, Schema]]:
    """Every schema node below, with its path."""
    yield where, node
    for name, child in node.get("properties", {}).items():
        yield from walk(child, f"{where}.{name}")
    if "items" in node:
        yield from walk(node["items"], f"{where}[]")
    if isinstance(node.get("additionalProperties"), dict):
        yield from walk(node["additionalProperties"], f"{where}{{}}")


def nodes(part: str) -> list[tuple[str, Schema]]:
    return [
        found
        for name, schema in schemas()
        for found in walk(schema["properties"][part], f"{name}.{part}")
    ]


SPEC = nodes("spec")
BOTH = [*SPEC, *nodes("status")]


def at(path: str) -> Schema:
    return dict(next(node for where, node in BOTH if where == path))


def lacking(found: list[tuple[str, Schema]], kind: str, *keys: str) -> list[str]:
    """Nodes of that type without any of the keys."""
    return [
        where for where, node in found if node.get("type") == kind and not set(keys) & node.keys()
    ]


def test_the_files_are_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["crd", "--check", str(ROOT / "crds")])
    assert crd.main() == 0
    assert len(FILES) == len(KINDS)


def test_a_stale_file_is_found_and_repaired(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["crd", "--check", str(tmp_path)])
    assert crd.main() == 1
    assert "analyticsjobs" in capsys.readouterr().err
    monkeypatch.setattr("sys.argv", ["crd", str(tmp_path)])
    assert crd.main() == 0
    monkeypatch.setattr("sys.argv", ["crd", "--check", str(tmp_path)])
    assert crd.main() == 0


# -- structural --------------------------------------------------------------------------------

FORBIDDEN = {"$ref", "$defs", "definitions", "anyOf", "oneOf", "const", "title", "propertyNames"}


def test_only_what_the_dialect_knows() -> None:
    assert [
        (where, node.keys() & FORBIDDEN) for where, node in BOTH if node.keys() & FORBIDDEN
    ] == []


def test_every_node_has_a_type_or_takes_everything() -> None:
    free = {"x-kubernetes-preserve-unknown-fields", "x-kubernetes-int-or-string"}
    assert [where for where, node in BOTH if "type" not in node and not free & node.keys()] == []


def test_unknown_fields_are_pruned_but_where_anything_goes() -> None:
    """`additionalProperties: false` is not allowed beside `properties`; pruning does its work."""
    both = [w for w, node in BOTH if "properties" in node and "additionalProperties" in node]
    assert both == []
    free = {w for w, node in BOTH if node.get("x-kubernetes-preserve-unknown-fields")}
    pods = {where for where in free if re.search(r"\.(pod|env\[\]|envFrom\[\])(\.|$)", where)}
    assert free - pods == {
        "AnalyticsJob.spec.parameters{}",
        "AnalyticsRun.spec.parameters{}",
        "AnalyticsRun.spec.jobSpec.parameters{}",
        "AnalyticsRun.status.jobSpec",
        "AnalyticsRun.status.result",
    }


def test_no_field_of_a_pods_settings_or_variables_is_pruned() -> None:
    """Pruned it would be lost in silence; kept, the operator or the API server names it."""
    deep = [
        (where, node)
        for where, node in SPEC
        if re.search(r"\.(pod|env\[\]|envFrom\[\])(\.|$)", where) and node.get("type") == "object"
    ]
    assert len(deep) > 60
    assert [
        where
        for where, node in deep
        if not node.get("x-kubernetes-preserve-unknown-fields")
        and "additionalProperties" not in node
    ] == []


def test_defaults_only_where_a_field_may_be_absent() -> None:
    wrong = [
        f"{where}.{name}"
        for where, node in BOTH
        for name, child in node.get("properties", {}).items()
        if "default" in child and name in node.get("required", ())
    ]
    assert wrong == []


def test_no_defaults_in_status() -> None:
    """They would come back after the operator has removed a field."""
    assert [where for where, node in nodes("status") if "default" in node] == [
        f"{name}.status" for name, _ in schemas()
    ]


def test_a_status_is_born_unobserved() -> None:
    for _, schema in schemas():
        assert schema["properties"]["status"]["default"] == {"observedGeneration": -1}


def test_no_floats() -> None:
    assert [where for where, node in BOTH if node.get("type") == "number"] == []


# -- described and bounded -----------------------------------------------------------------------


def test_nothing_is_filled_in_within_lists() -> None:
    """Argo CD's three-way comparison takes lists as a whole: it would never find them in sync."""
    found = [where for where, node in SPEC if "[]" in where and "default" in node]
    assert found == []
    aggregation = at("SwirlMonitor.spec.metrics[].aggregation")
    assert aggregation["description"].endswith("Absent: `Rate`.")


def test_every_field_is_described() -> None:
    """`kubectl explain` is the manual."""
    missing = [
        f"{where}.{name}"
        for where, node in BOTH
        for name, child in node.get("properties", {}).items()
        if len(child.get("description", "")) < 5
    ]
    assert missing == []


def test_descriptions_are_for_people() -> None:
    bad = [
        where
        for where, node in BOTH
        if "description" in node and not node["description"].strip().endswith((".", "`."))
    ]
    assert bad == []


def test_every_string_is_bounded() -> None:
    assert lacking(BOTH, "string", "maxLength", "enum", "format") == []


def test_every_list_is_bounded_and_says_how_it_merges() -> None:
    assert lacking(BOTH, "array", "maxItems") == []
    assert lacking(BOTH, "array", "x-kubernetes-list-type") == []


def test_every_integer_of_a_spec_is_bounded_on_both_sides() -> None:
    assert lacking(SPEC, "integer", "minimum") == []
    assert lacking(SPEC, "integer", "maximum") == []


def test_every_map_of_a_spec_is_bounded() -> None:
    maps = [(where, node) for where, node in SPEC if "additionalProperties" in node]
    assert maps
    assert lacking(maps, "object", "maxProperties") == []


@pytest.mark.parametrize(
    ("path", "key"),
    [
        *((f"{kind.kind}.status.conditions", "type") for kind in KINDS),
        ("AnalyticsJob.spec.env", "name"),
        ("AnalyticsRun.status.attempts", "number"),
        ("AnalyticsRun.status.models", "name"),
        ("SwirlMonitor.spec.nodes", "name"),
        ("SwirlMonitor.spec.metrics", "name"),
        ("SwirlMonitor.spec.rules", "name"),
    ],
)
def test_lists_that_merge_by_key(path: str, key: str) -> None:
    node = at(path)
    assert node["x-kubernetes-list-type"] == "map"
    assert node["x-kubernetes-list-map-keys"] == [key]
    item = node["items"]
    assert key in item["required"] or "default" in item["properties"][key]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("AnalyticsJob.spec.retry.limit", 3),
        ("AnalyticsJob.spec.spark.driver.memory", "1Gi"),
        ("AnalyticsJob.spec.serviceAccountName", "swirl-driver"),
        ("AnalyticsJob.spec.suspend", False),
        ("AnalyticsRun.spec.cancel", False),
        ("AnalyticsRun.spec.jobSpec.retry.limit", 3),
        ("ModelServer.spec.replicas", 1),
        ("SwirlMonitor.spec.runner", "Process"),
        ("SwirlMonitor.spec.detection.windowSeconds", 5),
        ("SwirlMonitor.spec.detection.sensitivity", "6"),
    ],
)
def test_defaults(path: str, value: Any) -> None:
    assert at(path)["default"] == value


def test_defaults_are_reached_from_the_top() -> None:
    """The API server fills in a default only if all objects above it are there."""
    for where, node in SPEC:
        holds = any("default" in child for child in node.get("properties", {}).values())
        optional = not node.get("required") and not where.endswith((".spec", "[]"))
        if holds and optional and ".when" not in where:
            assert node.get("default") == {}, where


# -- how kubectl shows them --------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_names_and_columns(kind: type[CustomResource]) -> None:
    manifest = crd.manifest(kind)
    names = manifest["spec"]["names"]
    assert manifest["metadata"]["name"] == f"{names['plural']}.swirl.dev"
    assert names["shortNames"]
    assert names["categories"] == ["swirl"]
    (version,) = manifest["spec"]["versions"]
    columns = version["additionalPrinterColumns"]
    assert [c["name"] for c in columns if c["name"] == "Age"] == ["Age"]
    assert len({column["name"] for column in columns}) == len(columns)
    for column in columns:
        first = column["jsonPath"].lstrip(".").split(".")[1].partition("[")[0]
        part = column["jsonPath"].lstrip(".").split(".")[0]
        if part != "metadata":
            assert first in version["schema"]["openAPIV3Schema"]["properties"][part]["properties"]


def test_a_rule_has_a_message() -> None:
    found = [
        rule
        for name, schema in schemas()
        for _, node in walk(schema, name)
        for rule in node.get("x-kubernetes-validations", ())
    ]
    assert len(found) > len(KINDS)
    assert all(len(rule["message"]) > 10 for rule in found)


def test_no_field_of_a_run_is_forgotten_by_the_rule_that_keeps_it() -> None:
    """In the write that cancels, a rule has to name what must stay; of `parameters` it cannot."""
    (rule,) = at("AnalyticsRun.spec")["x-kubernetes-validations"]
    fields = at("AnalyticsRun.spec")["properties"].keys() - {"cancel", "parameters"}
    assert [name for name in fields if f"self.{name} == oldSelf.{name}" not in rule["rule"]] == []


def test_a_spark_pods_resources_are_a_servers_but_for_memory() -> None:
    driver = at("AnalyticsJob.spec.spark.driver.resources")
    executor = at("AnalyticsJob.spec.spark.executor.resources")
    server = at("ModelServer.spec.resources")
    assert driver["properties"] == executor["properties"] == server["properties"]
    assert driver["x-kubernetes-validations"] == executor["x-kubernetes-validations"]


def test_only_a_union_with_null_can_be_said_in_the_dialect() -> None:
    with pytest.raises(ValueError, match="structural"):
        crd._inline({"anyOf": [{"type": "string"}, {"type": "integer"}]}, {})


def test_files_are_plain_yaml() -> None:
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        assert text.startswith("# Generated from")
        assert "&id" not in text
        assert yaml.safe_load(text)["kind"] == "CustomResourceDefinition"
