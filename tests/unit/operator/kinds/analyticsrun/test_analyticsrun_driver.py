from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import yaml

from swirl.api.v1alpha1.analyticsjob import AnalyticsJobSpec
from swirl.wire.containers import DriverEnvironment
from swirl.wire.kafka import KafkaSettings
from swirl.wire.labels import EXECUTOR_TEMPLATE
from swirl.wire.run import RunSpec
from swirl_operator.kinds.analyticsrun.driver import driver_pod
from swirl_operator.kinds.analyticsrun.executors import executor_template
from swirl_operator.pods.artifacts import ArtifactStore
from swirl_operator.pods.installation import Installation
from swirl_operator.runtime.interface import Object
from tests.support.environ import environ_of
from tests.unit.operator.kinds.observed import JOB_SPEC, merged
from tests.unit.operator.kinds.process import INSTALLATION

FILES = ArtifactStore("file:///var/lib/swirl/artifacts", "claim")
REMOTE = ArtifactStore("s3://bucket/models", "claim")


def spec(**changes: Any) -> AnalyticsJobSpec:
    return AnalyticsJobSpec.model_validate(merged(JOB_SPEC, changes))


def manifest(
    store: ArtifactStore = FILES,
    parameters: Any = None,
    installation: Installation = INSTALLATION,
    **changes: Any,
) -> Object:
    return driver_pod(
        spec(**changes),
        namespace="ads",
        job="train",
        run="train-1",
        uid="0f8fad5b-d9cb-469f-a165-70867728950e",
        attempt=2,
        parameters=parameters or {},
        installation=replace(installation, store=store),
    )


def read(pod: Object) -> DriverEnvironment:
    """What the driver in the Pod reads."""
    metadata = pod["metadata"]
    fields = {f"metadata.{key}": metadata[key] for key in ("name", "namespace")}
    return DriverEnvironment.read(environ_of(pod, {**fields, "status.podIP": "10.0.0.1"}))


def env(pod: Object) -> dict[str, Any]:
    items = pod["spec"]["containers"][0]["env"]
    return {item["name"]: item.get("value") or item["valueFrom"] for item in items}


def test_names_and_labels() -> None:
    metadata = manifest()["metadata"]
    assert (metadata["name"], metadata["namespace"]) == ("train-1-2", "ads")
    assert metadata["labels"] == {
        "app.kubernetes.io/managed-by": "swirl",
        "swirl.dev/kind": "AnalyticsRun",
        "swirl.dev/name": "train-1",
        "swirl.dev/job": "train",
        "swirl.dev/run": "train-1",
        "swirl.dev/attempt": "2",
        "swirl.dev/role": "driver",
    }


def test_the_driver_is_never_restarted_in_place() -> None:
    """A second life of the container would be a second driver of the attempt."""
    assert manifest()["spec"]["restartPolicy"] == "Never"


def test_what_the_driver_is_told() -> None:
    told = read(manifest(parameters={"max_iter": 3}))
    assert told.run == RunSpec(
        namespace="ads",
        job="train",
        name="train-1",
        uid="0f8fad5b-d9cb-469f-a165-70867728950e",
        attempt=2,
        mode="Batch",
        function="ads.train:train",
        parameters={"max_iter": 3},
        artifacts="file:///var/lib/swirl/artifacts",
    )
    assert told.kafka == KafkaSettings(bootstrap_servers="kafka:9092")
    assert told.metrics_topic == "swirl.metrics"
    assert (told.pod_name, told.pod_namespace, told.pod_ip) == ("train-1-2", "ads", "10.0.0.1")


def test_an_installation_without_kafka() -> None:
    alone = replace(INSTALLATION, kafka=None)
    assert read(manifest(installation=alone)).kafka is None


@pytest.mark.parametrize("text", ["$(HOME)", "$5", "pa$$word", "$$(HOME)", "$", "a$", "$$$(HOME)"])
def test_values_of_the_user_are_not_expanded_by_the_kubelet(text: str) -> None:
    home = [{"name": "HOME", "value": "/root"}]
    spark = {"conf": {"spark.x": text}}
    told = read(manifest(parameters={"query": text}, spark=spark, env=home))
    assert told.run.parameters == {"query": text}
    assert told.spark_conf is not None
    assert told.spark_conf["spark.x"] == text
    assert told.spark_conf["spark.driver.host"] == "10.0.0.1"


def test_variables_that_are_swirls_own_are_not_the_users() -> None:
    given = [
        {"name": "A", "value": "1"},
        {"name": "SWIRL_RUN", "value": "mine"},
        # Not set here, and half of it would keep the driver from starting.
        {"name": "SWIRL_KAFKA_USERNAME", "value": "me"},
        {"name": "SWIRL_LOG_LEVEL", "value": "DEBUG"},
    ]
    pod = manifest(env=given)
    names = [e["name"] for e in pod["spec"]["containers"][0]["env"]]
    assert names[:2] == ["A", "SWIRL_LOG_LEVEL"]
    assert names.count("SWIRL_RUN") == 1
    assert "SWIRL_KAFKA_USERNAME" not in names
    assert read(pod).run.job == "train"


def test_spark_addresses_are_expanded_from_variables_that_come_before() -> None:
    names = [e["name"] for e in manifest()["spec"]["containers"][0]["env"]]
    assert names.index("SWIRL_POD_IP") < names.index("SWIRL_SPARK_CONF")
    assert json.loads(env(manifest())["SWIRL_SPARK_CONF"])["spark.driver.host"] == "$(SWIRL_POD_IP)"


def test_memory_is_heap_and_overhead() -> None:
    cpu = {"requests": {"cpu": "500m"}, "limits": {"cpu": "3"}}
    driver = {"memory": "700Mi", "memoryOverhead": "1Gi", "cores": 2, "resources": cpu}
    resources = manifest(spark={"driver": driver})["spec"]["containers"][0]["resources"]
    assert resources == {
        "requests": {"cpu": "500m", "memory": "1724Mi"},
        "limits": {"cpu": "3", "memory": "1724Mi"},
    }
    assert manifest()["spec"]["containers"][0]["resources"]["requests"]["cpu"] == "1"


def test_a_timeout_is_the_kubelets_business() -> None:
    assert manifest(timeoutSeconds=60)["spec"]["activeDeadlineSeconds"] == 60
    assert "activeDeadlineSeconds" not in manifest()["spec"]


def test_the_artifact_store_is_mounted_when_it_is_a_directory() -> None:
    volumes = [v["name"] for v in manifest()["spec"]["volumes"]]
    mounts = {m["name"]: m for m in manifest()["spec"]["containers"][0]["volumeMounts"]}
    assert "artifacts" in volumes
    assert mounts["artifacts"] == {"name": "artifacts", "mountPath": "/var/lib/swirl/artifacts"}
    assert "artifacts" not in [v["name"] for v in manifest(REMOTE)["spec"]["volumes"]]


def test_the_template_for_executors_comes_from_an_annotation() -> None:
    pod = manifest()
    volume = next(v for v in pod["spec"]["volumes"] if v["name"] == "template")
    item = volume["downwardAPI"]["items"][0]
    assert item["fieldRef"]["fieldPath"] == f"metadata.annotations['{EXECUTOR_TEMPLATE}']"
    template = yaml.safe_load(pod["metadata"]["annotations"][EXECUTOR_TEMPLATE])
    here = replace(INSTALLATION, store=FILES)
    assert template == executor_template(
        spec(), job="train", run="train-1", attempt=2, installation=here
    )
    assert template["metadata"]["labels"]["swirl.dev/role"] == "executor"
    assert template["metadata"]["labels"]["swirl.dev/attempt"] == "2"
    assert template["spec"]["automountServiceAccountToken"] is False
