"""Executor Pods: their template, and the one that is shown to the API server."""

from __future__ import annotations

from typing import Any

from swirl.api.v1alpha1.analyticsjob import AnalyticsJobSpec
from swirl_operator.kinds.analyticsrun.executors import executor_pod, executor_template
from swirl_operator.runtime.interface import Object
from tests.unit.operator.kinds.observed import JOB_SPEC, merged
from tests.unit.operator.kinds.process import INSTALLATION

SECRET = {"secretKeyRef": {"name": "s", "key": "k"}}


def spec(**changes: Any) -> AnalyticsJobSpec:
    return AnalyticsJobSpec.model_validate(merged(JOB_SPEC, changes))


def template(**changes: Any) -> Object:
    return executor_template(
        spec(**changes), job="train", run="train-1", attempt=2, installation=INSTALLATION
    )


def shown(**changes: Any) -> Object:
    return executor_pod(spec(**changes), namespace="ads", installation=INSTALLATION)


def test_what_a_job_says_of_its_variables_and_pods_reaches_executors() -> None:
    made = template(
        env=[{"name": "CITY", "valueFrom": SECRET}],
        pod={"nodeSelector": {"pool": "spark"}, "labels": {"team": "ads"}},
        spark={
            "driver": {"pod": {"nodeSelector": {"size": "small"}}},
            "executor": {"pod": {"nodeSelector": {"size": "large"}}},
        },
    )
    assert made["spec"]["containers"][0]["env"] == [{"name": "CITY", "valueFrom": SECRET}]
    assert made["spec"]["nodeSelector"] == {"pool": "spark", "size": "large"}
    assert made["metadata"]["labels"]["team"] == "ads"
    assert made["metadata"]["labels"]["swirl.dev/run"] == "train-1"


def test_devices_are_asked_for_and_cpu_and_memory_are_sparks() -> None:
    resources = {"limits": {"cpu": "2", "nvidia.com/gpu": "1"}, "requests": {"x.org/y": "3"}}
    made = template(spark={"executor": {"resources": resources}})
    assert made["spec"]["containers"][0]["resources"] == {
        "requests": {"x.org/y": "3"},
        "limits": {"nvidia.com/gpu": "1"},
    }
    assert "resources" not in template()["spec"]["containers"][0]


def test_the_pod_that_is_shown_asks_for_what_spark_will() -> None:
    executor = {
        "cores": 3,
        "memory": "1.5Gi",
        "memoryOverhead": "512Mi",
        "resources": {"limits": {"nvidia.com/gpu": "1"}},
    }
    main = shown(spark={"executor": executor})["spec"]["containers"][0]
    assert main["resources"] == {
        "requests": {"cpu": "3", "memory": "2048Mi"},
        "limits": {"nvidia.com/gpu": "1", "memory": "2048Mi"},
    }
    assert (main["image"], main["args"]) == (JOB_SPEC["image"], ["executor"])


def test_names_that_spark_takes_are_taken() -> None:
    names = [volume["name"] for volume in shown()["spec"]["volumes"]]
    mine = {"volumes": [{"name": "spark-conf-volume-exec", "emptyDir": {}}]}
    clash = [volume["name"] for volume in shown(pod=mine)["spec"]["volumes"]]
    assert names.count("spark-conf-volume-exec") == 1
    assert clash.count("spark-conf-volume-exec") == 2
