"""Exactly what each account may do. A wider right has to be written here, too, on purpose."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.chart.conftest import Manifest, Render

Rules = dict[tuple[str, str], str]

_OPERATOR: Rules = {
    ("swirl.dev", "analyticsjobs"): "get list watch",
    ("swirl.dev", "analyticsruns"): "create delete get list watch",
    ("swirl.dev", "modelservers"): "get list watch",
    ("swirl.dev", "swirlmonitors"): "get list watch",
    ("swirl.dev", "analyticsjobs/status"): "patch",
    ("swirl.dev", "analyticsruns/status"): "patch",
    ("swirl.dev", "modelservers/status"): "patch",
    ("swirl.dev", "swirlmonitors/status"): "patch",
    ("", "pods"): "create delete get list patch watch",
    ("", "services"): "create delete get list patch watch",
    ("apps", "deployments"): "create delete get list patch watch",
    ("policy", "poddisruptionbudgets"): "create delete get list patch watch",
    ("events.k8s.io", "events"): "create list patch",
}
# What is made in namespaces that have the label.
_NAMESPACES: Rules = {
    ("", "namespaces"): "get list watch",
    ("", "persistentvolumeclaims"): "list watch",
    ("", "persistentvolumeclaims=swirl-artifacts"): "create get patch",
    ("", "serviceaccounts"): "list watch",
    ("", "serviceaccounts=swirl-driver=swirl-monitor=swirl-scorer"): "create delete get patch",
    ("rbac.authorization.k8s.io", "rolebindings"): "list watch",
    (
        "rbac.authorization.k8s.io",
        "rolebindings=swirl-driver=swirl-monitor",
    ): "create delete get patch",
    ("rbac.authorization.k8s.io", "clusterroles=swirl-driver=swirl-monitor"): "bind",
}
_COPIES: Rules = {("", "secrets=registry"): "create delete get patch"}
_LEADER: Rules = {
    ("coordination.k8s.io", "leases"): "create",
    ("coordination.k8s.io", "leases=swirl-operator"): "get update",
}
_DRIVER: Rules = {
    ("", "pods"): "create delete deletecollection get list patch watch",
    ("", "configmaps"): "create delete deletecollection get list",
    ("", "persistentvolumeclaims"): "create delete deletecollection get list",
    ("", "services"): "create delete deletecollection get list",
    ("swirl.dev", "analyticsruns"): "get",
}
_MONITOR: Rules = {
    ("swirl.dev", "swirlmonitors"): "get",
    ("swirl.dev", "swirlmonitors/status"): "patch",
}


def rules_of(role: Manifest) -> Rules:
    found: Rules = {}
    for rule in role["rules"]:
        names = "".join(f"={name}" for name in rule.get("resourceNames", []))
        for group in rule["apiGroups"]:
            for resource in rule["resources"]:
                key = (group, resource + names)
                assert key not in found, f"{key} is granted twice"
                found[key] = " ".join(sorted(rule["verbs"]))
    return found


def roles(manifests: list[Manifest], kind: str) -> dict[tuple[str | None, str], Rules]:
    return {
        (manifest["metadata"].get("namespace"), manifest["metadata"]["name"]): rules_of(manifest)
        for manifest in manifests
        if manifest["kind"] == kind
    }


def test_chart_grants_the_operator_exactly_what_it_uses(plain: list[Manifest]) -> None:
    assert roles(plain, "ClusterRole")[None, "swirl-operator"] == _OPERATOR | _NAMESPACES


def test_chart_grants_the_copying_of_named_secrets_alone(everything: list[Manifest]) -> None:
    allowed = roles(everything, "ClusterRole")[None, "swirl-operator"]
    assert allowed == _OPERATOR | _NAMESPACES | _COPIES


def test_chart_grants_nothing_for_what_is_turned_off(render: Render) -> None:
    made = render(
        workloadLabel={"enabled": False}, copySecrets=False, imagePullSecrets=[{"name": "registry"}]
    )
    found = roles(made, "ClusterRole")
    assert found[None, "swirl-operator"] == _OPERATOR
    assert set(found) == {(None, "swirl-operator"), (None, "swirl-edit"), (None, "swirl-view")}
    assert roles(made, "Role")["swirl-system", "swirl-operator-leader"] == _LEADER


def test_chart_grants_nothing_else(everything: list[Manifest]) -> None:
    assert roles(everything, "Role") == {
        ("swirl-system", "swirl-operator-leader"): _LEADER | {("", "secrets=registry"): "get"},
        ("ads", "swirl-driver"): _DRIVER,
        ("ads", "swirl-monitor"): _MONITOR,
        ("reports", "swirl-driver"): _DRIVER,
        ("reports", "swirl-monitor"): _MONITOR,
    }
    assert set(roles(everything, "ClusterRole")) == {
        (None, "swirl-operator"),
        (None, "swirl-driver"),
        (None, "swirl-edit"),
        (None, "swirl-monitor"),
        (None, "swirl-view"),
    }
    assert roles(everything, "ClusterRole")[None, "swirl-driver"] == _DRIVER
    assert roles(everything, "ClusterRole")[None, "swirl-monitor"] == _MONITOR


def test_chart_needs_no_cluster_role_for_named_namespaces(render: Render) -> None:
    rendered = render(operator={"namespaces": ["ads", "reports"]}, rbac={"aggregate": False})
    assert not roles(rendered, "ClusterRole")
    assert roles(rendered, "Role")["ads", "swirl-operator"] == _OPERATOR
    assert roles(rendered, "Role")["reports", "swirl-operator"] == _OPERATOR


def test_chart_copies_secrets_to_named_namespaces_without_a_cluster_role(render: Render) -> None:
    rendered = render(
        operator={"namespaces": ["ads"]},
        rbac={"aggregate": False},
        imagePullSecrets=[{"name": "registry"}],
    )
    assert not roles(rendered, "ClusterRole")
    own: Rules = {("", "namespaces=ads"): "get"}
    assert roles(rendered, "Role")["ads", "swirl-operator"] == _OPERATOR | _COPIES | own


def test_chart_lets_users_edit_what_they_may_see(plain: list[Manifest]) -> None:
    found = roles(plain, "ClusterRole")
    scale = ("swirl.dev", "modelservers/scale")
    kinds = {("swirl.dev", kind) for kind in _kinds()} | {scale}
    assert set(found[None, "swirl-view"]) == kinds
    assert set(found[None, "swirl-edit"]) == kinds
    assert found[None, "swirl-view"].pop(scale) == "get"
    assert found[None, "swirl-edit"][scale] == "patch update"
    assert set(found[None, "swirl-view"].values()) == {"get list watch"}


def _kinds() -> set[str]:
    return {name for group, name in _OPERATOR if group == "swirl.dev" and "/" not in name}


@pytest.mark.parametrize("binding", ["ClusterRoleBinding", "RoleBinding"])
def test_chart_bindings_lead_to_roles_and_accounts(
    everything: list[Manifest], binding: str
) -> None:
    there = {_identity(manifest) for manifest in everything}
    for manifest in everything:
        if manifest["kind"] != binding:
            continue
        role: dict[str, Any] = manifest["roleRef"]
        namespace = manifest["metadata"].get("namespace") if role["kind"] == "Role" else None
        assert (role["kind"], namespace, role["name"]) in there
        for subject in manifest["subjects"]:
            assert (subject["kind"], subject["namespace"], subject["name"]) in there


def _identity(manifest: Manifest) -> tuple[str, str | None, str]:
    metadata = manifest["metadata"]
    return manifest["kind"], metadata.get("namespace"), metadata["name"]
