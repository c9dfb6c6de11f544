"""Each environment as its writer makes it, read by its reader."""

from __future__ import annotations

import pytest

from swirl.wire.containers import (
    DriverEnvironment,
    MonitorEnvironment,
    OperatorEnvironment,
    ScorerEnvironment,
)
from swirl.wire.environment import Environment, InvalidEnvironment
from swirl.wire.kafka import KafkaSettings
from swirl.wire.run import RunSpec
from swirl.wire.topics import Topics

KAFKA = KafkaSettings(
    bootstrap_servers="a:9092,[::1]:9093",
    security_protocol="SASL_SSL",
    ca_file="/ca.crt",
    sasl_mechanism="SCRAM-SHA-512",
    username="swirl",
    password_file="/password",
)
RUN = RunSpec(
    namespace="ads",
    job="train",
    name="train-1",
    attempt=2,
    mode="Batch",
    function="ads.train:train",
    artifacts="file:///a",
    parameters={"text": "ü $(X) $$", "rows": 3},
    uid="u",
)


@pytest.mark.parametrize(
    "whole",
    [
        DriverEnvironment(run=RUN),
        DriverEnvironment(run=RUN, spark_conf={"spark.a": "1"}, kafka=KAFKA, metrics_topic="m"),
        ScorerEnvironment(model_name="m", model_uri="s3://b/m"),
        ScorerEnvironment(
            model_name="m",
            model_uri="s3://b/m",
            model_digest="sha256:1",
            model_version="v",
            pod_namespace="ads",
            kafka=KAFKA,
            port=1,
            drain_seconds=0.5,
        ),
        MonitorEnvironment(
            name="n",
            pod_namespace="ads",
            spec={"nodes": []},
            kafka=KAFKA,
            topics=Topics(metrics="m", changes="c", verdicts="v"),
        ),
    ],
    ids=lambda whole: type(whole).__name__,
)
def test_both_ends_agree(whole: Environment) -> None:
    assert type(whole).read(whole.variables()) == whole


CHART = {
    "SWIRL_SCORER_IMAGE": "swirl/scorer:1",
    "SWIRL_MONITOR_IMAGE": "swirl/monitor:1",
    "SWIRL_ARTIFACTS_URI": "file:///var/lib/swirl/artifacts",
    "SWIRL_POD_NAME": "operator-0",
    "SWIRL_POD_NAMESPACE": "swirl-system",
}


def test_the_operators_defaults_are_the_charts() -> None:
    told = OperatorEnvironment.read(CHART)
    assert told.watched_namespaces == ()
    assert told.artifacts_claim == "swirl-artifacts"
    assert told.kafka is None
    assert told.topics == Topics()
    assert told.port == 8080


def test_all_missing_variables_are_named_at_once() -> None:
    with pytest.raises(InvalidEnvironment) as caught:
        OperatorEnvironment.read({"SWIRL_POD_NAME": "x", "SWIRL_SCORER_IMAGE": " "})
    for name in CHART.keys() - {"SWIRL_POD_NAME"}:
        assert f"{name} is not set" in str(caught.value)
    assert "SWIRL_POD_NAME is" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SWIRL_PORT", "http"),
        ("SWIRL_PORT", "70000"),
        ("SWIRL_ARTIFACTS_URI", "/var/lib"),
        ("SWIRL_KAFKA_BOOTSTRAP", "kafka"),
    ],
)
def test_nonsense_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(InvalidEnvironment, match=f"{name} must be"):
        OperatorEnvironment.read({**CHART, name: value})


@pytest.mark.parametrize("text", ["{", "[1]", "7", '{"a": 1}', "[" * 100_000])
def test_spark_conf_is_an_object_of_texts(text: str) -> None:
    given = {**DriverEnvironment(run=RUN).variables(), "SWIRL_SPARK_CONF": text}
    with pytest.raises(InvalidEnvironment, match="SWIRL_SPARK_CONF "):
        DriverEnvironment.read(given)
