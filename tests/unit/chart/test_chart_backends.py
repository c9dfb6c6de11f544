"""A Kafka and a bucket of one's own: what the operator is told, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from swirl.wire.containers import OperatorEnvironment
from swirl.wire.kafka import KafkaSettings
from tests.unit.chart.conftest import Manifest, Render
from tests.unit.chart.test_chart_pods import environment, pods

SCRAM = {"mechanism": "SCRAM-SHA-512", "username": "swirl$1"}
TOKENS = {"mechanism": "OAUTHBEARER", "username": "swirl", "tokenUrl": "https://id:8443/token"}
SERVERS = "kafka.example.org:9093"


def kafka(protocol: str, secret: str = "kafka-user", **sasl: str) -> dict[str, Any]:
    security = {"protocol": protocol, "secretName": secret, "sasl": sasl}
    return {"bootstrapServers": SERVERS, "security": security}


def told(manifests: list[Manifest]) -> OperatorEnvironment:
    """What the operator reads, after the kubelet has expanded it."""
    read = {name: value.replace("$$", "$") for name, value in environment(manifests).items()}
    return OperatorEnvironment.read({**read, "SWIRL_POD_NAME": "o", "SWIRL_POD_NAMESPACE": "s"})


def settings(manifests: list[Manifest]) -> KafkaSettings:
    found = told(manifests).kafka
    assert found is not None
    return found


def test_chart_says_how_to_prove_who_one_is(render: Render) -> None:
    assert settings(render(kafka={"bootstrapServers": SERVERS})) == KafkaSettings.mounted(SERVERS)
    assert settings(render(kafka=kafka("SSL"))) == KafkaSettings.mounted(
        SERVERS, security_protocol="SSL"
    )
    assert settings(render(kafka=kafka("SASL_SSL", **SCRAM))) == KafkaSettings.mounted(
        SERVERS,
        security_protocol="SASL_SSL",
        sasl_mechanism="SCRAM-SHA-512",
        username="swirl$1",
    )
    by_token = settings(render(kafka=kafka("SASL_SSL", **TOKENS, tokenScope="kafka")))
    assert (by_token.token_url, by_token.token_scope) == ("https://id:8443/token", "kafka")


def test_chart_mounts_kafkas_secret_so_that_it_may_change(render: Render) -> None:
    made = render(kafka=kafka("SASL_SSL", **SCRAM))
    spec = pods(made)["swirl-operator"]["spec"]
    (volume,) = (item for item in spec["volumes"] if item["name"] == "swirl-kafka")
    assert volume["secret"] == {"secretName": "kafka-user", "defaultMode": 0o440}
    mounts = spec["containers"][0]["volumeMounts"]
    (mount,) = (item for item in mounts if item["name"] == "swirl-kafka")
    assert mount == {"name": "swirl-kafka", "mountPath": "/etc/swirl/kafka", "readOnly": True}
    assert told(made).kafka_secret == "kafka-user"


def test_chart_copies_the_secrets_to_where_they_are_needed(render: Render) -> None:
    made = render(
        kafka=kafka("SASL_SSL", **SCRAM),
        artifacts={"uri": "s3://models/swirl", "secretName": "bucket"},
        imagePullSecrets=["registry"],
    )
    assert told(made).copied_secrets == ("bucket", "kafka-user", "registry")
    assert told(made).artifacts_secret == "bucket"


def test_chart_tells_every_workload_where_s3_is(render: Render) -> None:
    artifacts = {"uri": "s3://models", "s3": {"endpoint": "https://s3:9000", "region": "eu"}}
    env = [{"name": "AWS_REGION", "value": "own"}]
    defaults = json.loads(environment(render(artifacts=artifacts))["SWIRL_POD_DEFAULTS"])
    assert defaults["env"] == [
        {"name": "AWS_ENDPOINT_URL", "value": "https://s3:9000"},
        {"name": "AWS_REGION", "value": "eu"},
    ]
    own = json.loads(
        environment(render(artifacts=artifacts, workloads={"env": env}))["SWIRL_POD_DEFAULTS"]
    )
    assert own["env"] == [*env, {"name": "AWS_ENDPOINT_URL", "value": "https://s3:9000"}]


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"kafka": kafka("SASL_SSL")}, "mechanism"),
        ({"kafka": kafka("SASL_SSL", "", **SCRAM)}, "secretName"),
        ({"kafka": kafka("SSL", **SCRAM)}, "mechanism"),
        ({"kafka": kafka("PLAINTEXT")}, "secretName"),
        ({"kafka": kafka("TLS")}, "protocol"),
        ({"kafka": kafka("SASL_SSL", mechanism="OAUTHBEARER", username="x")}, "tokenUrl"),
        ({"kafka": kafka("SASL_SSL", **SCRAM, tokenUrl="https://id/token")}, "tokenUrl"),
        ({"kafka": {"bootstrapServers": "a b:9092"}}, "bootstrapServers"),
        ({"artifacts": {"uri": "hdfs://namenode/swirl"}}, "uri"),
        ({"artifacts": {"uri": "s3:///swirl"}}, "uri"),
        ({"artifacts": {"s3": {"endpoint": "minio:9000"}}}, "endpoint"),
        ({"kafka": {"enabled": True, "security": {"protocol": "SSL"}}}, "of your own"),
    ],
)
def test_chart_refuses_what_does_not_go_together(
    render: Render, values: dict[str, Any], where: str
) -> None:
    with pytest.raises(Exception, match=where):
        render(**values)


def test_chart_lets_the_operator_out_to_where_tokens_are(render: Render) -> None:
    made = render(kafka=kafka("SASL_SSL", **TOKENS), networkPolicy={"enabled": True})
    (policy,) = (item for item in made if item["kind"] == "NetworkPolicy")
    ports = [port["port"] for rule in policy["spec"]["egress"] for port in rule["ports"]]
    assert {9093, 8443} <= set(ports)
