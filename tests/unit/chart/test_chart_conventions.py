"""The values that people know from other charts, and what they do."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from swirl.api.pods import Workload
from swirl.wire.containers import OperatorEnvironment
from swirl_operator.pods.builder import container, pod_spec
from swirl_operator.pods.settings import Defaults, configured
from tests.unit.chart.conftest import CHART, REGISTRY, Manifest, Render
from tests.unit.chart.test_chart_pods import environment, pods

_DIGEST = "sha256:" + "0123456789abcdef" * 4
_VERSION = yaml.safe_load((CHART / "Chart.yaml").read_text())["appVersion"]


def image(manifests: list[Manifest], pod: str = "swirl-operator") -> str:
    (container,) = pods(manifests)[pod]["spec"]["containers"]
    return str(container["image"])


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({}, f"{REGISTRY}/swirl/operator:{_VERSION}"),
        ({"image": {"registry": "r.example:5000/"}}, f"r.example:5000/swirl/operator:{_VERSION}"),
        ({"image": {"registry": "r.example", "tag": "2"}}, "r.example/swirl/operator:2"),
        ({"operator": {"image": {"tag": "3"}}}, f"{REGISTRY}/swirl/operator:3"),
        ({"operator": {"image": {"registry": "o"}}}, f"o/swirl/operator:{_VERSION}"),
        ({"operator": {"image": {"repository": "own"}}}, f"{REGISTRY}/own:{_VERSION}"),
        (
            {"operator": {"image": {"tag": "3", "digest": _DIGEST}}},
            f"{REGISTRY}/swirl/operator@{_DIGEST}",
        ),
        (
            {"global": {"imageRegistry": "g.example"}, "operator": {"image": {"registry": "o"}}},
            f"g.example/swirl/operator:{_VERSION}",
        ),
    ],
)
def test_chart_image_is_registry_repository_and_tag_or_digest(
    render: Render, values: dict[str, Any], named: str
) -> None:
    assert image(render(**values)) == named


def test_chart_one_registry_is_that_of_every_image(render: Render) -> None:
    made = render(image={"registry": "r.example"}, kafka={"enabled": True})
    told = environment(made)
    images = [
        image(made),
        image(made, "swirl-kafka"),
        told["SWIRL_SCORER_IMAGE"],
        told["SWIRL_MONITOR_IMAGE"],
    ]
    assert [name.rpartition("/")[0] for name in images] == ["r.example/swirl"] * 4


@pytest.mark.parametrize("secret", ["registry", {"name": "registry"}])
@pytest.mark.parametrize("level", ["imagePullSecrets", "global"])
def test_chart_one_pull_secret_reaches_every_pod(render: Render, level: str, secret: Any) -> None:
    values: dict[str, Any] = {level: [secret]}
    if level == "global":
        values = {"global": {"imagePullSecrets": [secret]}}
    made = render(kafka={"enabled": True}, workloadNamespaces=["ads"], **values)
    wanted = [{"name": "registry"}]
    assert all(pod["spec"]["imagePullSecrets"] == wanted for pod in pods(made).values())
    accounts = [
        manifest
        for manifest in made
        if manifest["kind"] == "ServiceAccount" and manifest["metadata"]["namespace"] == "ads"
    ]
    assert len(accounts) == 3
    assert all(account["imagePullSecrets"] == wanted for account in accounts)
    assert environment(made)["SWIRL_COPIED_SECRETS"] == "registry"
    # Pods that name Secrets of their own get this one, too.
    told = OperatorEnvironment.read(environment(made)).pod_defaults
    assert told == {"pod": {"imagePullSecrets": wanted}}


def test_chart_pull_secrets_of_workloads_add_up(render: Render) -> None:
    team = [{"name": "team"}]
    made = render(imagePullSecrets=["registry"], workloads={"pod": {"imagePullSecrets": team}})
    told = OperatorEnvironment.read(environment(made)).pod_defaults
    assert told == {"pod": {"imagePullSecrets": [*team, {"name": "registry"}]}}


def test_chart_accounts_have_the_annotations_that_a_cloud_asks_for(render: Render) -> None:
    names = ("operator", "driver", "scorer", "monitor")
    values = {name: {"serviceAccount": {"annotations": {"cloud/role": name}}} for name in names}
    found = {
        manifest["metadata"]["name"]: manifest["metadata"]["annotations"]["cloud/role"]
        for manifest in render(**values)
        if manifest["kind"] == "ServiceAccount"
    }
    assert found == {f"swirl-{name}": name for name in names}


def test_chart_may_be_a_part_of_another(render: Render) -> None:
    assert render(enabled=True, **{"global": {"storageClass": "fast", "imageRegistry": ""}})


def test_chart_names_may_be_chosen(render: Render) -> None:
    assert "swirl-analytics-operator" in pods(render(nameOverride="analytics"))
    named = render(fullnameOverride="analytics")
    assert "analytics-operator" in pods(named)
    assert environment(named)["SWIRL_LEASE_NAME"] == "analytics-operator"


def test_chart_common_labels_are_everywhere_but_select_nothing(everything: list[Manifest]) -> None:
    ours = [m for m in everything if m["metadata"]["name"] != "more"]
    assert all(m["metadata"]["labels"]["team"] == "data" for m in ours)
    assert all(pod["metadata"]["labels"]["team"] == "data" for pod in pods(everything).values())
    for manifest in everything:
        selector = manifest.get("spec", {}).get("selector", {})
        assert "team" not in selector
        assert "team" not in selector.get("matchLabels", {})


def test_chart_common_labels_cannot_change_what_selects(render: Render) -> None:
    made = render(commonLabels={"app.kubernetes.io/component": "mine"})
    (deployment,) = (m for m in made if m["kind"] == "Deployment")
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert deployment["spec"]["selector"]["matchLabels"].items() <= labels.items()


def test_chart_installs_what_else_is_asked_for(render: Render) -> None:
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: '{{ .Release.Name }}-more'}"
    made = render(extraObjects=[{"kind": "ConfigMap", "metadata": {"name": "a"}}, secret])
    assert {"a", "swirl-more"} <= {manifest["metadata"]["name"] for manifest in made}


def test_chart_operator_takes_more_of_everything(everything: list[Manifest]) -> None:
    spec = pods(everything)["swirl-operator"]["spec"]
    (container,) = spec["containers"]
    assert container["env"][-1] == {"name": "HTTPS_PROXY", "value": "http://proxy:3128"}
    assert container["envFrom"] == [{"secretRef": {"name": "more"}}]
    assert container["volumeMounts"][-1] == {"name": "ca", "mountPath": "/etc/ca"}
    assert spec["volumes"][-1] == {"name": "ca", "configMap": {"name": "ca"}}
    (spread,) = spec["topologySpreadConstraints"]
    assert spread["topologyKey"] == "topology.kubernetes.io/zone"
    labels = pods(everything)["swirl-operator"]["metadata"]["labels"]
    assert spread["labelSelector"]["matchLabels"].items() <= labels.items()


@pytest.mark.parametrize(
    ("adapt", "options", "ours"),
    [
        ("auto", (), True),
        ("auto", ("--api-versions", "security.openshift.io/v1"), False),
        ("force", (), False),
        ("disabled", ("--api-versions", "security.openshift.io/v1"), True),
    ],
)
def test_chart_leaves_uids_to_openshift(
    render: Render, adapt: str, options: tuple[str, ...], ours: bool
) -> None:
    shared = {"compatibility": {"openshift": {"adaptSecurityContext": adapt}}}
    made = render(*options, kafka={"enabled": True}, **{"global": shared})
    for pod in pods(made).values():
        security = pod["spec"]["securityContext"]
        assert security["runAsNonRoot"] is True
        for field in ("runAsUser", "runAsGroup", "fsGroup"):
            assert (field in security) is ours
    free = dict.fromkeys(("runAsUser", "runAsGroup", "fsGroup"))
    template = {"spec": {"securityContext": free}}
    wanted = {} if ours else {"pod": {"template": template}}
    told = OperatorEnvironment.read(environment(made)).pod_defaults
    assert told == wanted
    workload = {"metadata": {}, "spec": pod_spec(container("scorer", image="r.example/scorer:1"))}
    layers = Defaults(Workload.model_validate(told)).under()
    security = configured(workload, layers, role="scorer", own_variables={})["spec"]
    assert ("runAsUser" in security["securityContext"]) is ours
    assert security["securityContext"]["runAsNonRoot"] is True


def test_chart_tells_the_operator_what_every_workload_has(render: Render) -> None:
    workloads = {
        "env": [{"name": "PRICE", "value": "$5"}],
        "envFrom": [{"secretRef": {"name": "proxy"}}],
        "pod": {"tolerations": [{"key": "spark", "operator": "Exists"}]},
    }
    told = OperatorEnvironment.read(environment(render(workloads=workloads)))
    assert told.pod_defaults == workloads
    assert Workload.model_validate(told.pod_defaults)
