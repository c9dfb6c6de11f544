from __future__ import annotations

import json
from typing import Any

import pytest

from swirl.job.runspec import InvalidRunSpec, KafkaSpec, RunSpec
from swirl.job.spark import InvalidSparkConf, conf_from_environment

BODY = {
    "namespace": "ads",
    "job": "train",
    "run": "train-1",
    "attempt": 2,
    "mode": "Batch",
    "function": "ads.train:train",
    "parameters": {"n": 1},
    "artifacts": "file:///data",
    "kafka": {"bootstrapServers": "kafka:9092", "metricsTopic": "m"},
}


def parse(**changes: Any) -> RunSpec:
    return RunSpec.from_json(json.dumps(BODY | changes))


def test_all_fields() -> None:
    run = parse()
    assert run.kafka == KafkaSpec("kafka:9092", "m")
    assert run.parameters == {"n": 1}
    assert (run.ref.namespace, run.ref.job, run.ref.name, run.ref.attempt) == (
        "ads",
        "train",
        "train-1",
        2,
    )


@pytest.mark.parametrize("kafka", [None, {}, {"bootstrapServers": None, "metricsTopic": "m"}])
def test_kafka_is_optional(kafka: Any) -> None:
    assert parse(kafka=kafka).kafka is None


def test_defaults() -> None:
    run = parse(parameters=None, kafka={"bootstrapServers": "k:1"}, later=1)
    assert run.parameters == {}
    assert run.kafka == KafkaSpec("k:1", "swirl.metrics")


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"job": ""}, "job must be a non-empty string"),
        ({"attempt": 0}, "attempt must be 1 or more"),
        ({"attempt": True}, "attempt must be 1 or more"),
        ({"mode": "Maybe"}, "mode must be Batch or Streaming"),
        ({"parameters": [1]}, "parameters must be an object"),
        ({"kafka": "k:1"}, "kafka must be an object"),
        ({"kafka": {"bootstrapServers": 1}}, "must be strings"),
    ],
)
def test_errors_name_the_field(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InvalidRunSpec, match=complaint):
        parse(**changes)


@pytest.mark.parametrize("text", ["", "{", "[]"])
def test_no_object(text: str) -> None:
    with pytest.raises(InvalidRunSpec, match="SWIRL_RUN"):
        RunSpec.from_json(text)


def test_spark_conf(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SWIRL_SPARK_CONF", raising=False)
    assert conf_from_environment() is None
    monkeypatch.setenv("SWIRL_SPARK_CONF", '{"spark.master":"local[1]"}')
    assert conf_from_environment() == {"spark.master": "local[1]"}


@pytest.mark.parametrize("text", ["{", "[]", '{"a":1}'])
def test_spark_conf_errors(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("SWIRL_SPARK_CONF", text)
    with pytest.raises(InvalidSparkConf, match="SWIRL_SPARK_CONF"):
        conf_from_environment()


def test_a_run_made_again_has_folders_of_its_own() -> None:
    first, second = (
        RunSpec.from_json(json.dumps(BODY | {"uid": uid})).ref.folder
        for uid in ("0f8fad5b-d9cb-469f-a165-70867728950e", "7c9e6679-7425-40de-944b-e07fc1f90ae7")
    )
    assert first != second
    assert first.endswith("-0f8fad5b")
