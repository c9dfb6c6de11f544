"""What the runtime and the kinds get of what the chart tells the operator."""

from __future__ import annotations

import json

import pytest

from swirl.wire.containers import OperatorEnvironment
from swirl.wire.environment import InvalidEnvironment
from swirl_operator.settings import installation, offer, runtime_options

ENVIRONMENT = {
    "SWIRL_SCORER_IMAGE": "swirl/scorer:1",
    "SWIRL_MONITOR_IMAGE": "swirl/monitor:1",
    "SWIRL_ARTIFACTS_URI": "file:///var/lib/swirl/artifacts",
    "SWIRL_POD_NAME": "operator-0",
    "SWIRL_POD_NAMESPACE": "swirl-system",
}


def test_the_runtime_is_told_its_part() -> None:
    options = runtime_options(
        OperatorEnvironment.read(
            {
                **ENVIRONMENT,
                "SWIRL_WATCHED_NAMESPACES": " b, a,,a ",
                "SWIRL_KAFKA_BOOTSTRAP": "kafka:9092",
                "SWIRL_CHANGES_TOPIC": "changes",
                "SWIRL_LEASE_NAME": "lease",
                "SWIRL_PORT": "9090",
            }
        )
    )
    assert options.namespaces == ("a", "b")
    assert options.identity == "operator-0"
    assert (options.lease_namespace, options.lease_name) == ("swirl-system", "lease")
    assert options.kafka is not None
    assert (options.kafka.bootstrap_servers, options.changes_topic) == ("kafka:9092", "changes")
    assert options.probe_port == 9090


def test_without_kafka_there_is_none() -> None:
    assert runtime_options(OperatorEnvironment.read(ENVIRONMENT)).kafka is None


def test_the_kinds_are_told_theirs() -> None:
    told = installation(
        OperatorEnvironment.read(
            {**ENVIRONMENT, "SWIRL_ARTIFACTS_CLAIM": "claim", "SWIRL_VERDICTS_TOPIC": "verdicts"}
        )
    )
    assert (told.scorer_image, told.monitor_image) == ("swirl/scorer:1", "swirl/monitor:1")
    assert (told.store.uri, told.store.claim) == ("file:///var/lib/swirl/artifacts", "claim")
    assert told.kafka is None
    assert (told.topics.metrics, told.topics.verdicts) == ("swirl.metrics", "verdicts")


def test_the_kinds_are_told_which_secrets_pods_need() -> None:
    told = installation(
        OperatorEnvironment.read(
            {**ENVIRONMENT, "SWIRL_ARTIFACTS_SECRET": "bucket", "SWIRL_KAFKA_SECRET": "kafka-user"}
        )
    )
    assert (told.store.secret, told.kafka_secret.name) == ("bucket", "kafka-user")


def test_who_is_told_of_verdicts() -> None:
    given = {"alertmanager": {"urls": ["http://alerts:9093"]}}
    environment = OperatorEnvironment.read({**ENVIRONMENT, "SWIRL_NOTIFY": json.dumps(given)})
    told = installation(environment).notify
    assert told.alertmanager is not None
    assert told.alertmanager.urls == ["http://alerts:9093"]
    wrong = OperatorEnvironment.read(
        {**ENVIRONMENT, "SWIRL_NOTIFY": '{"alertmanager": {"urls": ["alerts"]}}'}
    )
    with pytest.raises(InvalidEnvironment, match="SWIRL_NOTIFY"):
        installation(wrong)


def test_namespaces_are_told_theirs() -> None:
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "a"}}
    told = offer(
        OperatorEnvironment.read(
            {
                **ENVIRONMENT,
                "SWIRL_WORKLOAD_NAMESPACES": "ads,reports",
                "SWIRL_WORKLOAD_OBJECTS": json.dumps([account]),
                "SWIRL_COPIED_SECRETS": "registry",
            }
        )
    )
    assert told.listed == ("ads", "reports")
    assert told.objects == (account,)
    assert told.secrets == ("registry",)
    assert told.source == "swirl-system"
    assert not offer(OperatorEnvironment.read(ENVIRONMENT))


@pytest.mark.parametrize("text", ["{}", "[1]", '[{"kind": "Pod"}]', "["])
def test_what_is_no_list_of_manifests_is_refused(text: str) -> None:
    with pytest.raises(InvalidEnvironment, match="SWIRL_WORKLOAD_OBJECTS"):
        OperatorEnvironment.read({**ENVIRONMENT, "SWIRL_WORKLOAD_OBJECTS": text})


def test_the_kinds_are_told_what_every_pod_has() -> None:
    said = {
        "env": [{"name": "TZ", "value": "UTC"}],
        "pod": {"imagePullSecrets": [{"name": "registry"}], "template": {"spec": {"x": None}}},
    }
    told = installation(
        OperatorEnvironment.read({**ENVIRONMENT, "SWIRL_POD_DEFAULTS": json.dumps(said)})
    )
    workload = told.defaults.workload
    assert [item.name for item in workload.env] == ["TZ"]
    assert [item.name for item in workload.pod.image_pull_secrets] == ["registry"]
    assert workload.pod.template == {"spec": {"x": None}}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"pods": {}}, "SWIRL_POD_DEFAULTS: pods: there are env, envFrom and pod"),
        ({"pod": {"nodeselector": {}}}, "SWIRL_POD_DEFAULTS: pod.nodeselector: "),
        ({"pod": {"imagePullPolicy": "Sometimes"}}, "SWIRL_POD_DEFAULTS: pod.imagePullPolicy: "),
    ],
)
def test_what_every_pod_has_must_be_something(said: object, words: str) -> None:
    environment = OperatorEnvironment.read({**ENVIRONMENT, "SWIRL_POD_DEFAULTS": json.dumps(said)})
    with pytest.raises(InvalidEnvironment) as caught:
        installation(environment)
    assert str(caught.value).startswith(words)
