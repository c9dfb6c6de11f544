"""What identifies a version of a job."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from swirl.api.v1alpha1 import AnalyticsJob
from swirl_operator.kinds.analyticsjob.version import aspect_changed, spec_hash, version_of
from swirl_operator.kinds.versions import written_of_job
from swirl_operator.runtime.interface import Object
from tests.unit.operator.kinds.observed import JOB_SPEC, merged, run

FULL: dict[str, Any] = {
    "mode": "Batch",
    "image": "ads:1",
    "entryPoint": {"function": "ads.train:train"},
    "parameters": {"max_iter": 30, "names": [], "more": {}},
    "env": [],
    "spark": {
        "conf": {},
        "driver": {"cores": 1, "memory": "1Gi", "memoryOverhead": "512Mi"},
        "executor": {"instances": 1, "cores": 1, "memory": "1Gi", "memoryOverhead": "384Mi"},
    },
    "serviceAccountName": "swirl-driver",
}


@pytest.mark.parametrize(
    "change",
    [
        {"image": "ads:2"},
        {"entryPoint": {"function": "ads.train_v2:train"}},
        {"parameters": {"max_iter": 5}},
        {"env": [{"name": "A", "value": "1"}]},
        {"spark": {"executor": {"instances": 2}}},
        {"serviceAccountName": "other"},
        {"timeoutSeconds": 60},
        {"envFrom": [{"secretRef": {"name": "keys"}}]},
        {"pod": {"volumes": [{"name": "data", "emptyDir": {}}]}},
        {"pod": {"template": {"spec": {"dnsPolicy": "None"}}}},
        {"spark": {"driver": {"pod": {"runtimeClassName": "gvisor"}}}},
        {"spark": {"driver": {"resources": {"limits": {"cpu": "2"}}}}},
        {"spark": {"executor": {"memory": "1100Mi"}}},
    ],
)
def test_what_a_run_depends_on_makes_a_version(change: dict[str, Any]) -> None:
    assert spec_hash(merged(JOB_SPEC, change)) != spec_hash(JOB_SPEC)


@pytest.mark.parametrize(
    "change",
    [
        {"suspend": True},
        {"retry": {"limit": 0}},
        {"successfulRunsHistoryLimit": 9},
        {"failedRunsHistoryLimit": 9},
        {"startTimeoutSeconds": 60},
    ],
)
def test_how_it_is_looked_after_does_not(change: dict[str, Any]) -> None:
    assert spec_hash(merged(JOB_SPEC, change)) == spec_hash(JOB_SPEC)


def test_the_order_of_keys_does_not_matter() -> None:
    assert spec_hash(dict(reversed(JOB_SPEC.items()))) == spec_hash(JOB_SPEC)


def with_defaults(spec: dict[str, Any]) -> dict[str, Any]:
    """As the API server hands it out: every default filled in."""
    model = AnalyticsJob.model_validate({"spec": spec}).spec
    return model.model_dump(by_alias=True, exclude_none=True)


def test_defaults_equal_absence() -> None:
    bare = {key: FULL[key] for key in ("mode", "image", "entryPoint", "parameters")}
    assert spec_hash(bare) == spec_hash(FULL) == spec_hash(with_defaults(bare))


def test_a_default_counts_by_its_amount_too() -> None:
    same = merged(FULL, {"spark": {"driver": {"memory": "1024Mi"}}})
    assert spec_hash(same) == spec_hash(FULL)


def test_a_field_of_a_newer_kind_changes_no_version() -> None:
    newer = copy.deepcopy(FULL)
    newer["spark"]["driver"]["fieldOfTomorrow"] = ""
    newer["fieldOfTomorrow"] = {"enabled": True}
    assert spec_hash(newer) == spec_hash(FULL)


@pytest.mark.parametrize("memory", ["1Gi", "1024Mi"])
def test_a_quantity_counts_by_its_amount(memory: str) -> None:
    given = merged(FULL, {"spark": {"driver": {"resources": {"limits": {"memory": memory}}}}})
    assert written_of_job(given)["spark"]["driver"]["resources"]["limits"] == {
        "memory": "1073741824"
    }


@pytest.mark.parametrize(("one", "other"), [("1", "1000m"), ("0.5", "500m")])
def test_so_does_cpu(one: str, other: str) -> None:
    given = [
        spec_hash(merged(FULL, {"spark": {"driver": {"resources": {"limits": {"cpu": cpu}}}}}))
        for cpu in (one, other)
    ]
    assert given[0] == given[1]


@pytest.mark.parametrize(
    "pod",
    [
        {"nodeSelector": {"disk": "fast"}},
        {"tolerations": [{"key": "spark", "operator": "Exists"}]},
        {"imagePullSecrets": [{"name": "registry"}], "imagePullPolicy": "Always"},
        {"affinity": {"nodeAffinity": {}}, "priorityClassName": "high"},
        {"labels": {"team": "ads"}, "annotations": {"cost": "7"}},
    ],
)
def test_where_a_pod_goes_and_how_its_image_is_pulled_is_no_version(pod: dict[str, Any]) -> None:
    assert spec_hash(merged(FULL, {"pod": pod})) == spec_hash(FULL)
    assert spec_hash(merged(FULL, {"spark": {"executor": {"pod": pod}}})) == spec_hash(FULL)


def test_empty_parameters_are_the_users_own() -> None:
    assert written_of_job(FULL)["parameters"] == {"max_iter": 30, "names": [], "more": {}}


def test_a_variable_without_a_value_and_one_that_is_empty_are_the_same() -> None:
    given = [
        spec_hash(merged(FULL, {"env": [{"name": "A", **value}]})) for value in ({}, {"value": ""})
    ]
    assert given[0] == given[1]


def carrying(spec: dict[str, Any] | None, label: str, *, made: str = "2026-01-01T00:00:00Z") -> Any:
    metadata = {"labels": {"swirl.dev/spec-hash": label}, "creationTimestamp": made}
    found = run(metadata=metadata)
    found["spec"] = {"job": "train", **({} if spec is None else {"jobSpec": spec})}
    found["status"] = {}
    return found


def test_a_run_that_was_named_by_an_earlier_rule_keeps_its_version() -> None:
    other = merged(FULL, {"image": "ads:0"})
    runs = [carrying(other, "aaaaaaaa"), carrying(with_defaults(FULL), "bbbbbbbb")]
    assert version_of(FULL, runs) == "bbbbbbbb"


def test_of_several_the_newest_counts() -> None:
    runs = [
        carrying(FULL, "bbbbbbbb", made="2026-01-02T00:00:00Z"),
        carrying(FULL, "cccccccc", made="2026-01-01T00:00:00Z"),
    ]
    assert version_of(FULL, runs) == "bbbbbbbb"
    assert version_of(FULL, [*runs, carrying(FULL, spec_hash(FULL))]) == spec_hash(FULL)


@pytest.mark.parametrize("spec", [None, {"mode": "Batch"}, {"image": 7}])
def test_a_run_that_carries_nothing_of_use_names_no_version(spec: dict[str, Any] | None) -> None:
    assert version_of(FULL, [carrying(spec, "dddddddd")]) == spec_hash(FULL)


@pytest.mark.parametrize(
    ("before", "change", "what"),
    [
        (None, {}, "Code"),
        (JOB_SPEC, {"image": "ads:2"}, "Code"),
        (JOB_SPEC, {"entryPoint": {"function": "a:b"}}, "Code"),
        (JOB_SPEC, {"parameters": {"a": 1}}, "Configuration"),
    ],
)
def test_aspect_changed(before: Object | None, change: Object, what: str) -> None:
    assert aspect_changed(before, merged(JOB_SPEC, change)) == what
