"""Pods of the chart: restricted, bounded, and told what the contract says."""

from __future__ import annotations

from typing import Any

import pytest

from swirl.process import LogSettings
from swirl.wire.containers import OperatorEnvironment
from tests.unit.chart.conftest import Manifest, Render

_PODS = ("Deployment", "StatefulSet")


def pods(manifests: list[Manifest]) -> dict[str, dict[str, Any]]:
    return {
        manifest["metadata"]["name"]: manifest["spec"]["template"]
        for manifest in manifests
        if manifest["kind"] in _PODS
    }


def offences(spec: dict[str, Any]) -> list[str]:
    """Against the `restricted` Pod Security Standard, and a writable root filesystem."""
    found = []
    security = spec.get("securityContext", {})
    if security.get("runAsNonRoot") is not True or not security.get("runAsUser"):
        found.append("may run as root")
    if security.get("seccompProfile") != {"type": "RuntimeDefault"}:
        found.append("has no seccomp profile")
    if any(spec.get(key) for key in ("hostNetwork", "hostPID", "hostIPC")):
        found.append("shares a namespace of the host")
    allowed = {"emptyDir", "persistentVolumeClaim", "configMap", "secret", "projected"}
    for volume in spec.get("volumes", []):
        if not set(volume) - {"name"} <= allowed:
            found.append(f"volume {volume['name']} is of a kind that is not allowed")
    for container in spec["containers"] + spec.get("initContainers", []):
        own = container.get("securityContext", {})
        if own.get("allowPrivilegeEscalation") is not False or own.get("privileged"):
            found.append(f"{container['name']} may gain privileges")
        if own.get("capabilities") != {"drop": ["ALL"]}:
            found.append(f"{container['name']} keeps capabilities")
        if own.get("readOnlyRootFilesystem") is not True:
            found.append(f"{container['name']} may write to its image")
        if any("hostPort" in port for port in container.get("ports", [])):
            found.append(f"{container['name']} takes a port of the host")
    return found


def test_chart_pods_are_restricted(everything: list[Manifest]) -> None:
    found = pods(everything)
    assert set(found) == {"swirl-operator", "swirl-kafka"}
    assert [f"{name} {text}" for name in found for text in offences(found[name]["spec"])] == []


def test_chart_restricted_check_sees_offences() -> None:
    spec = {
        "hostNetwork": True,
        "containers": [{"name": "x"}],
        "volumes": [{"name": "h", "hostPath": {}}],
    }
    assert len(offences(spec)) == 7


def test_chart_pods_are_bounded_and_probed(everything: list[Manifest]) -> None:
    for pod in pods(everything).values():
        (container,) = pod["spec"]["containers"]
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}
        assert "memory" in container["resources"]["limits"]
        assert {"startupProbe", "readinessProbe", "livenessProbe"} <= container.keys()
        mounts = {mount["mountPath"] for mount in container["volumeMounts"]}
        assert "/tmp" in mounts


def test_chart_tells_the_operator_all_it_must_know(render: Render) -> None:
    rendered = render(
        operator={"namespaces": ["ads", "reports"], "log": {"format": "json"}},
        kafka={"bootstrapServers": "one:9092,two:9092", "topics": {"changes": "c"}},
        image={"registry": "r.example", "tag": "7"},
    )
    settings = OperatorEnvironment.read(environment(rendered))
    assert settings.watched_namespaces == ("ads", "reports")
    assert settings.kafka is not None
    assert settings.kafka.bootstrap_servers == "one:9092,two:9092"
    assert settings.topics.changes == "c"
    assert (settings.scorer_image, settings.monitor_image) == (
        "r.example/swirl/scorer:7",
        "r.example/swirl/monitor:7",
    )
    assert settings.artifacts_uri == "file:///var/lib/swirl/artifacts"
    assert settings.lease_name == "swirl-operator"
    log = LogSettings.read(environment(rendered))
    assert (log.format, log.level) == ("json", "INFO")


def test_chart_takes_brokers_at_ipv6_addresses(render: Render) -> None:
    servers = "[fd00::1]:9093,two:9094"
    rendered = render(kafka={"bootstrapServers": servers}, networkPolicy={"enabled": True})
    told = OperatorEnvironment.read(environment(rendered)).kafka
    assert told is not None
    assert told.servers == ["[fd00::1]:9093", "two:9094"]
    (policy,) = (m for m in rendered if m["kind"] == "NetworkPolicy")
    ports = [port["port"] for rule in policy["spec"]["egress"] for port in rule["ports"]]
    assert ports[-2:] == [9093, 9094]


def test_chart_points_the_operator_to_its_own_broker(everything: list[Manifest]) -> None:
    address = "swirl-kafka.swirl-system.svc:9092"
    told = OperatorEnvironment.read(environment(everything))
    assert told.kafka is not None
    assert told.kafka.bootstrap_servers == address
    (kafka,) = pods(everything)["swirl-kafka"]["spec"]["containers"]
    assert {"name": "KAFKA_ADVERTISED", "value": address} in kafka["env"]


def environment(manifests: list[Manifest]) -> dict[str, str]:
    (operator,) = (pod for name, pod in pods(manifests).items() if name.endswith("-operator"))
    (container,) = operator["spec"]["containers"]
    values = {variable["name"]: variable.get("value", "a-pod") for variable in container["env"]}
    # As the kubelet does.
    return {name: value.replace("$$", "$") for name, value in values.items()}


@pytest.mark.parametrize(("replicas", "budgets"), [(1, 0), (2, 1)])
def test_chart_has_a_disruption_budget_where_it_does_not_block_a_drain(
    render: Render, replicas: int, budgets: int
) -> None:
    kinds = [manifest["kind"] for manifest in render(operator={"replicas": replicas})]
    assert kinds.count("PodDisruptionBudget") == budgets


def test_chart_services_select_the_pods(everything: list[Manifest]) -> None:
    labels = [pod["metadata"]["labels"].items() for pod in pods(everything).values()]
    selectors = [m["spec"]["selector"] for m in everything if m["kind"] == "Service"]
    assert len(selectors) == 2
    for selector in selectors:
        assert sum(selector.items() <= own for own in labels) == 1


def test_chart_keeps_models_when_it_goes(plain: list[Manifest], render: Render) -> None:
    (claim,) = (m for m in plain if m["kind"] == "PersistentVolumeClaim")
    assert claim["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"
    dropped = render(artifacts={"claim": {"keep": False}})
    (claim,) = (m for m in dropped if m["kind"] == "PersistentVolumeClaim")
    assert "helm.sh/resource-policy" not in claim["metadata"]["annotations"]


def test_chart_makes_no_claim_for_a_store_outside(render: Render) -> None:
    kinds = [m["kind"] for m in render(artifacts={"uri": "s3://bucket/artifacts"})]
    assert "PersistentVolumeClaim" not in kinds


def test_chart_scorers_get_no_token(everything: list[Manifest]) -> None:
    scorers = [m for m in everything if m["metadata"]["name"] == "swirl-scorer"]
    assert len(scorers) == 2
    assert all(scorer["automountServiceAccountToken"] is False for scorer in scorers)
