from __future__ import annotations

from dataclasses import replace
from typing import Any

from swirl.api.pods import Workload
from swirl.api.v1alpha1.modelserver import ModelServerSpec
from swirl.wire.containers import ScorerEnvironment
from swirl.wire.kafka import KafkaSettings
from swirl_operator.kinds.modelserver.manifests import (
    deployment,
    service,
    url,
)
from swirl_operator.kinds.modelserver.source import Served
from swirl_operator.pods.artifacts import ArtifactStore
from swirl_operator.pods.deployment import selector
from swirl_operator.pods.installation import Installation
from swirl_operator.pods.settings import Defaults
from swirl_operator.runtime.interface import Object
from tests.support.environ import environ_of
from tests.unit.operator.kinds.process import INSTALLATION

SERVED = Served("train-1", "file:///m/1", "sha256:1")
STORE = ArtifactStore("file:///var/lib/swirl/artifacts", "claim")
HERE = replace(INSTALLATION, store=STORE)


def made(served: Served = SERVED, installation: Installation = HERE, **spec: Any) -> Object:
    body = ModelServerSpec.model_validate({"model": {"job": "train"}, **spec})
    return deployment(body, served, name="sentiment", namespace="ads", installation=installation)


def scorer(manifest: Object) -> Object:
    found: Object = manifest["spec"]["template"]["spec"]["containers"][0]
    return found


def read(manifest: Object) -> ScorerEnvironment:
    """What the scorer in its pods reads."""
    return ScorerEnvironment.read(environ_of(manifest["spec"]["template"], {}))


def test_what_the_scorer_is_told() -> None:
    assert read(made()) == ScorerEnvironment(
        model_name="sentiment",
        model_uri="file:///m/1",
        model_digest="sha256:1",
        model_version="train-1",
        pod_namespace="ads",
        kafka=KafkaSettings(bootstrap_servers="kafka:9092"),
        metrics_topic="swirl.metrics",
    )


def test_what_is_unknown_is_not_told() -> None:
    told = read(made(Served("uri-1", "file:///m/$(1)", None), replace(HERE, kafka=None)))
    assert (told.model_digest, told.kafka) == (None, None)
    assert told.model_uri == "file:///m/$(1)"


def test_no_replica_goes_before_its_successor_is_ready() -> None:
    strategy = made()["spec"]["strategy"]
    assert strategy == {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1},
    }


def test_the_selector_does_not_change_with_the_version() -> None:
    """A Deployment's selector is immutable."""
    other = made(Served("train-2", "file:///m/2", "sha256:2"))
    assert made()["spec"]["selector"] == other["spec"]["selector"]
    for manifest in (made(), other):
        labels = manifest["spec"]["template"]["metadata"]["labels"]
        assert selector("ModelServer", "sentiment").items() <= labels.items()
    assert other["spec"]["template"]["metadata"]["labels"]["swirl.dev/version"] == "train-2"


def test_pods_and_service_find_each_other() -> None:
    front = service(name="sentiment", namespace="ads")
    labels = made()["spec"]["template"]["metadata"]["labels"]
    assert front["spec"]["selector"].items() <= labels.items()
    assert front["spec"]["ports"][0]["targetPort"] == scorer(made())["ports"][0]["name"]
    assert url("sentiment", "ads") == "http://sentiment.ads.svc"


def test_shape() -> None:
    resources = {"requests": {"cpu": "1", "memory": "1Gi"}}
    manifest = made(replicas=3, runtime={"image": "mine:1"}, resources=resources)
    assert manifest["spec"]["replicas"] == 3
    assert scorer(manifest)["image"] == "mine:1"
    assert scorer(made())["image"] == "swirl/scorer:1"
    assert scorer(manifest)["resources"] == {
        "requests": {"cpu": "1", "memory": "1Gi"},
        "limits": {"memory": "1Gi"},
    }
    assert scorer(made())["resources"] == {
        "requests": {"cpu": "100m", "memory": "256Mi"},
        "limits": {"memory": "256Mi"},
    }


def test_models_are_mounted_to_be_read_only_and_without_a_token() -> None:
    pod = made()["spec"]["template"]["spec"]
    mount = next(m for m in scorer(made())["volumeMounts"] if m["name"] == "artifacts")
    assert mount["readOnly"] is True
    assert pod["automountServiceAccountToken"] is False


def test_replicas_keep_apart_where_they_can_and_a_user_may_have_it_otherwise() -> None:
    (apart,) = made()["spec"]["template"]["spec"]["topologySpreadConstraints"]
    assert apart["whenUnsatisfiable"] == "ScheduleAnyway"
    assert apart["labelSelector"]["matchLabels"] == selector("ModelServer", "sentiment")
    zone = {**apart, "topologyKey": "topology.kubernetes.io/zone"}
    both = made(pod={"topologySpreadConstraints": [zone]})["spec"]["template"]["spec"]
    assert both["topologySpreadConstraints"] == [apart, zone]
    none = {"spec": {"topologySpreadConstraints": None}}
    assert (
        "topologySpreadConstraints" not in made(pod={"template": none})["spec"]["template"]["spec"]
    )


def test_settings_reach_scorers() -> None:
    workload = Workload.model_validate({"pod": {"imagePullSecrets": [{"name": "registry"}]}})
    here = replace(HERE, defaults=Defaults(workload))
    env = [{"name": "TZ", "value": "UTC"}, {"name": "SWIRL_MODEL_NAME", "value": "other"}]
    manifest = made(installation=here, env=env, pod={"labels": {"team": "ads"}})
    template = manifest["spec"]["template"]
    assert template["spec"]["imagePullSecrets"] == [{"name": "registry"}]
    assert template["metadata"]["labels"]["team"] == "ads"
    assert "team" not in manifest["spec"]["selector"]["matchLabels"]
    assert scorer(manifest)["env"][0] == {"name": "TZ", "value": "UTC"}
    assert read(manifest).model_name == "sentiment"
