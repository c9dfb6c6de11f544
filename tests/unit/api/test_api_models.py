"""The pydantic models: read what the API server stores, write what it takes."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from swirl.api.v1alpha1 import AnalyticsJob, AnalyticsRun, ModelServer, SwirlMonitor

JOB = {"mode": "Batch", "image": "ads:1", "entryPoint": {"function": "ads.train:train"}}
MONITOR = {
    "nodes": [{"name": "ingest"}],
    "metrics": [{"name": "rows", "node": "ingest", "source": {"metric": "rows"}}],
}


def test_minimal_manifests() -> None:
    job = AnalyticsJob.model_validate({"spec": JOB})
    assert job.spec.retry.limit == 3
    assert job.spec.spark.executor.instances == 1
    assert job.status.observed_generation == -1
    run = AnalyticsRun.model_validate({"spec": {"job": "train"}})
    assert run.spec.parameters == {}
    assert run.spec.job_spec is None
    assert run.spec.cancel is False
    server = ModelServer.model_validate({"spec": {"model": {"job": "train"}}})
    assert server.spec.replicas == 1
    monitor = SwirlMonitor.model_validate({"spec": MONITOR})
    assert monitor.spec.detection.learn_windows == 12
    assert monitor.spec.metrics[0].aggregation == "Rate"


def test_the_wire_is_camel_case() -> None:
    body = AnalyticsJob.model_validate({"spec": JOB}).model_dump(by_alias=True)
    assert body["spec"]["entryPoint"] == {"function": "ads.train:train"}
    assert body["spec"]["retry"]["backoffSeconds"] == 10
    status = {"modelURI": "file:///m", "conditions": [], "observedGeneration": 1}
    server = ModelServer.model_validate({"spec": {"model": {"job": "a"}}, "status": status})
    assert server.status.model_uri == "file:///m"
    assert server.model_dump(by_alias=True)["status"]["modelURI"] == "file:///m"


def test_a_run_carries_its_jobs_spec() -> None:
    spec = {"job": "train", "jobSpec": {**JOB, "retry": {"limit": 1}}}
    run = AnalyticsRun.model_validate({"spec": spec, "status": {"progress": {"percent": 40}}})
    assert run.spec.job_spec is not None
    assert run.spec.job_spec.retry.limit == 1
    assert run.status.progress is not None
    assert run.status.progress.percent == 40
    with pytest.raises(ValidationError):
        AnalyticsRun.model_validate({"spec": {"job": "train", "jobSpec": {"mode": "Batch"}}})


def test_resources_are_those_of_kubernetes() -> None:
    resources = {"requests": {"cpu": "100m"}, "limits": {"memory": "1Gi"}}
    spec = {"model": {"job": "train"}, "resources": resources, "runtime": {"image": "mine:1"}}
    server = ModelServer.model_validate({"spec": spec})
    body = server.model_dump(by_alias=True, exclude_none=True)["spec"]
    assert (body["resources"], body["runtime"]) == (resources, {"image": "mine:1"})


def test_fields_of_a_newer_version_are_ignored() -> None:
    job = AnalyticsJob.model_validate({"spec": {**JOB, "colour": "red"}})
    assert "colour" not in job.spec.model_dump()


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"mode": "Sometimes"}, "mode"),
        ({"image": ""}, "image"),
        ({"entryPoint": {"function": "ads.train"}}, "function"),
        ({"entryPoint": {"function": "ads train:x"}}, "function"),
        ({"retry": {"limit": 91}}, "limit"),
        ({"spark": {"driver": {"memory": "1GB"}}}, "memory"),
        ({"spark": {"executor": {"instances": 0}}}, "instances"),
        ({"env": [{"name": "1A"}]}, "name"),
        ({"serviceAccountName": "Not A Name"}, "serviceAccountName"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, Any], where: str) -> None:
    with pytest.raises(ValidationError) as caught:
        AnalyticsJob.model_validate({"spec": {**JOB, **change}})
    assert where in [detail["loc"][-1] for detail in caught.value.errors()]


@pytest.mark.parametrize("lacks", ["mode", "image", "entryPoint"])
def test_what_is_required(lacks: str) -> None:
    spec = {key: value for key, value in JOB.items() if key != lacks}
    with pytest.raises(ValidationError):
        AnalyticsJob.model_validate({"spec": spec})


def test_names_leave_room_for_what_is_made_from_them() -> None:
    """`<job>-<8 hex digits>` is the run, `<run>-<attempt>` the Pod, and Spark takes 47."""
    assert AnalyticsJob.max_name_length + 9 == AnalyticsRun.max_name_length
    assert AnalyticsRun.max_name_length + len("-99") <= 47
    assert ModelServer.max_name_length <= 63
    assert SwirlMonitor.max_name_length + len("-monitor") <= 63


@pytest.mark.parametrize(
    ("written", "text"),
    [(1, "1"), (0.5, "0.5"), ("500m", "500m"), ("1.5Gi", "1.5Gi"), ("2G", "2G"), ("1e9", "1e9")],
)
def test_quantities_are_read_as_kubernetes_reads_them(written: Any, text: str) -> None:
    spec = {"model": {"job": "a"}, "resources": {"limits": {"cpu": written, "x.org/y": written}}}
    server = ModelServer.model_validate({"spec": spec})
    assert server.spec.resources is not None
    assert server.spec.resources.limits == {"cpu": text, "x.org/y": text}
    assert server.spec.resources.requests == {}


@pytest.mark.parametrize("written", [True, "", "1 Gi", "1GB", "Gi", "-1", "1ki", None, {}])
def test_what_is_no_quantity(written: Any) -> None:
    spec = {"model": {"job": "a"}, "resources": {"limits": {"cpu": written}}}
    with pytest.raises(ValidationError):
        ModelServer.model_validate({"spec": spec})


def test_fields_of_kubernetes_that_are_not_known_here_are_handed_on() -> None:
    source = {"fileKeyRef": {"key": "k"}}
    spec = {**JOB, "env": [{"name": "A", "valueFrom": source}]}
    (variable,) = AnalyticsJob.model_validate({"spec": spec}).spec.env
    assert variable.value_from is not None
    assert variable.value_from.model_dump(by_alias=True, exclude_none=True) == source


def test_a_field_of_pod_settings_that_is_not_known_is_refused() -> None:
    with pytest.raises(ValidationError, match="nodeSelecter"):
        AnalyticsJob.model_validate({"spec": {**JOB, "pod": {"nodeSelecter": {"a": "b"}}}})
