"""A Kafka and a bucket that ask who is there: what each sort of Pod gets of their Secrets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from swirl.api.v1alpha1.analyticsjob import AnalyticsJobSpec
from swirl.api.v1alpha1.modelserver import ModelServerSpec
from swirl.api.v1alpha1.swirlmonitor import SwirlMonitorSpec
from swirl.wire.containers import MonitorEnvironment
from swirl.wire.kafka import KafkaSettings
from swirl_operator.kinds.analyticsrun.driver import driver_pod
from swirl_operator.kinds.analyticsrun.executors import executor_template
from swirl_operator.kinds.modelserver import manifests as scorers
from swirl_operator.kinds.modelserver.source import Served
from swirl_operator.kinds.swirlmonitor import manifests as monitors
from swirl_operator.pods.artifacts import ArtifactStore
from swirl_operator.pods.installation import Installation
from swirl_operator.pods.kafka import KafkaSecret
from swirl_operator.runtime.interface import Object
from tests.support.environ import environ_of
from tests.unit.operator.kinds.observed import JOB_SPEC
from tests.unit.operator.kinds.process import INSTALLATION

OURS = "kafka.example:9093"
SECURED = replace(
    INSTALLATION,
    store=ArtifactStore("s3://models/swirl", "claim", "bucket"),
    kafka=KafkaSettings.mounted(
        OURS, security_protocol="SASL_SSL", sasl_mechanism="PLAIN", username="swirl"
    ),
    kafka_secret=KafkaSecret("kafka-user"),
)
MOUNT = {"name": "swirl-kafka", "mountPath": "/etc/swirl/kafka", "readOnly": True}
JOB = AnalyticsJobSpec.model_validate(JOB_SPEC)


def driver(installation: Installation) -> Object:
    pod = driver_pod(
        JOB,
        namespace="ads",
        job="train",
        run="train-1",
        uid="0f8fad5b-d9cb-469f-a165-70867728950e",
        attempt=1,
        parameters={},
        installation=installation,
    )
    return dict(pod["spec"])


def executor(installation: Installation) -> Object:
    made = executor_template(JOB, job="train", run="train-1", attempt=1, installation=installation)
    return dict(made["spec"])


def scorer(installation: Installation) -> Object:
    made = scorers.deployment(
        ModelServerSpec.model_validate({"model": {"job": "train"}}),
        Served("train-1", "s3://models/swirl/m", "sha256:1"),
        name="sentiment",
        namespace="ads",
        installation=installation,
    )
    return dict(made["spec"]["template"]["spec"])


def monitor(installation: Installation, **kafka: Any) -> Object:
    metric = {"name": "rows", "node": "a", "source": {"metric": "rows"}}
    body = {"nodes": [{"name": "a"}], "metrics": [metric], "kafka": kafka}
    spec = SwirlMonitorSpec.model_validate(body)
    settings = monitors.kafka_of(spec, installation)
    assert settings is not None
    made = monitors.deployment(
        spec, name="ads", namespace="ads", kafka=settings, installation=installation
    )
    return dict(made["spec"]["template"]["spec"])


def secrets(spec: Object) -> list[str]:
    return [item["secret"]["secretName"] for item in spec["volumes"] if "secret" in item]


def settings_of(spec: Object) -> KafkaSettings:
    return MonitorEnvironment.read(environ_of({"spec": spec}, {})).kafka


@pytest.mark.parametrize("pod", [driver, executor, scorer, monitor])
def test_every_pod_gets_kafkas_secret(pod: Any) -> None:
    spec = pod(SECURED)
    assert secrets(spec) == ["kafka-user"]
    assert MOUNT in spec["containers"][0]["volumeMounts"]
    assert secrets(pod(INSTALLATION)) == []


@pytest.mark.parametrize("pod", [driver, executor, scorer])
def test_pods_that_use_the_bucket_get_its_variables(pod: Any) -> None:
    assert pod(SECURED)["containers"][0]["envFrom"] == [{"secretRef": {"name": "bucket"}}]
    assert "envFrom" not in pod(INSTALLATION)["containers"][0]
    assert "envFrom" not in monitor(SECURED)["containers"][0]


def test_executors_have_the_drivers_account_for_what_a_cloud_lets_it_do_but_no_token() -> None:
    spec = executor(SECURED)
    assert spec["serviceAccountName"] == driver(SECURED)["serviceAccountName"] == "swirl-driver"
    assert spec["automountServiceAccountToken"] is False


def test_a_monitor_of_the_installations_kafka_has_its_credentials() -> None:
    for named in ({}, {"bootstrapServers": OURS}):
        spec = monitor(SECURED, **named)
        assert settings_of(spec) == SECURED.kafka
        assert secrets(spec) == ["kafka-user"]


@pytest.mark.parametrize("servers", ["elsewhere.example:9093", f"{OURS},elsewhere.example:9093"])
def test_a_monitor_of_another_kafka_has_not(servers: str) -> None:
    spec = monitor(SECURED, bootstrapServers=servers)
    assert settings_of(spec) == KafkaSettings(bootstrap_servers=servers)
    assert secrets(spec) == []


def test_a_monitor_of_another_kafka_may_have_its_own() -> None:
    security = {
        "protocol": "SASL_SSL",
        "secretName": "theirs",
        "sasl": {
            "mechanism": "OAUTHBEARER",
            "username": "them",
            "tokenUrl": "https://id.example/token",
            "tokenScope": "kafka",
        },
    }
    spec = monitor(SECURED, bootstrapServers="elsewhere.example:9093", security=security)
    assert settings_of(spec) == KafkaSettings.mounted(
        "elsewhere.example:9093",
        security_protocol="SASL_SSL",
        sasl_mechanism="OAUTHBEARER",
        username="them",
        token_url="https://id.example/token",
        token_scope="kafka",
    )
    assert secrets(spec) == ["theirs"]
    assert MOUNT in spec["containers"][0]["volumeMounts"]
