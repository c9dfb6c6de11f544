"""A tool that holds the cluster to a repository finds no difference that it did not make.

A real API server; what Argo CD and Flux do is done by kubectl, with field managers as theirs.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from swirl.kube.request import Object
from tests.integration.api.conftest import Kubectl
from tests.integration.gitops.manifests import manifests

NAMESPACE = "gitops"
ARGO = ("--server-side", "--field-manager=argocd-controller")
NAMES = [name for name, _ in manifests()]


@pytest.fixture(scope="module", autouse=True)
def namespace(kubectl: Kubectl) -> None:
    kubectl.ok("create", "namespace", NAMESPACE)


def in_git(suffix: str) -> list[Object]:
    """All manifests, under names of a test's own."""
    found = []
    for _, obj in manifests():
        mine = {"namespace": NAMESPACE, "name": f"{obj['metadata']['name']}-{suffix}"}
        found.append({**obj, "metadata": {**obj["metadata"], **mine}})
    return found


def listed(objects: list[Object]) -> Object:
    """One manifest of all: kubectl takes as long for many as for one."""
    return {"apiVersion": "v1", "kind": "List", "items": objects}


def stored(kubectl: Kubectl, objects: list[Object]) -> list[Object]:
    answer = kubectl.ok("get", "-o", "json", "-f", "-", obj=listed(objects))
    return list(json.loads(answer)["items"])


def versions(objects: list[Object]) -> dict[str, tuple[int, str]]:
    return {
        f"{obj['kind']} {obj['metadata']['name']}": (
            obj["metadata"]["generation"],
            obj["metadata"]["resourceVersion"],
        )
        for obj in objects
    }


def report(kubectl: Kubectl, objects: list[Object]) -> None:
    """What the operator writes, as far as a diff could see it."""
    condition = {
        "type": "Ready",
        "status": "True",
        "reason": "Serving",
        "message": "as asked",
        "lastTransitionTime": "2026-01-31T12:00:00Z",
        "observedGeneration": 1,
    }
    statuses = [
        {
            "apiVersion": obj["apiVersion"],
            "kind": obj["kind"],
            "metadata": {key: obj["metadata"][key] for key in ("name", "namespace")},
            "status": {"observedGeneration": 1, "conditions": [condition]},
        }
        for obj in objects
    ]
    kubectl.ok(
        *("apply", "--server-side", "--subresource=status", "--field-manager=swirl-operator"),
        # A status alone, which is no whole object.
        *("--validate=false", "-f", "-"),
        obj=listed(statuses),
    )


def test_applied_by_the_server_again_nothing_moves(kubectl: Kubectl) -> None:
    objects = in_git("ssa")
    kubectl.ok("apply", *ARGO, "-f", "-", obj=listed(objects))
    report(kubectl, objects)
    before = stored(kubectl, objects)
    assert len(before) == len(NAMES)
    kubectl.ok("diff", *ARGO, "-f", "-", obj=listed(objects))
    kubectl.ok("apply", *ARGO, "-f", "-", obj=listed(objects))
    assert versions(stored(kubectl, objects)) == versions(before)
    assert {obj["metadata"]["generation"] for obj in before} == {1}


def test_what_git_says_is_what_the_cluster_says(kubectl: Kubectl) -> None:
    """Nothing of it is written otherwise, so a comparison field by field finds nothing either."""
    objects = in_git("ssa")
    live = {
        (obj["kind"], obj["metadata"]["name"]): obj
        for obj in json.loads(
            kubectl.ok("apply", *ARGO, "-o", "json", "-f", "-", obj=listed(objects))
        )["items"]
    }
    for obj in objects:
        found = live[obj["kind"], obj["metadata"]["name"]]
        assert missing(obj["spec"], found["spec"], f"{obj['metadata']['name']}.spec") == []
        assert "annotations" not in found["metadata"]
        assert "finalizers" not in found["metadata"]


def test_applied_by_the_client_again_nothing_moves(kubectl: Kubectl) -> None:
    """The three-way comparison, which is Argo CD's default."""
    objects = in_git("csa")
    kubectl.ok("apply", "-f", "-", obj=listed(objects))
    report(kubectl, objects)
    again = kubectl.ok("apply", "-f", "-", obj=listed(objects)).splitlines()
    assert [line for line in again if not line.endswith(" unchanged")] == []
    assert len(again) == len(NAMES)
    kubectl.ok("diff", "-f", "-", obj=listed(objects))


def missing(wanted: Any, live: Any, where: str) -> list[str]:
    """Where `live` has another value than wanted; what it has besides is a default."""
    if isinstance(wanted, dict) and isinstance(live, dict):
        return [
            found
            for key, value in wanted.items()
            for found in missing(value, live.get(key), f"{where}.{key}")
        ]
    if isinstance(wanted, list) and isinstance(live, list) and len(wanted) == len(live):
        return [
            found
            for number, (one, other) in enumerate(zip(wanted, live, strict=True))
            for found in missing(one, other, f"{where}[{number}]")
        ]
    return [] if wanted == live else [f"{where}: {wanted!r} became {live!r}"]


# -- what an action changed, and Git does not mention --------------------------------------------

ACTIONS: dict[str, Object] = {
    "ModelServer": {"spec": {"model": {"run": "train-1"}}},
    "AnalyticsJob": {"spec": {"suspend": True}},
}


@pytest.mark.parametrize("how", [ARGO, ()], ids=["server", "client"])
def test_a_sync_leaves_what_an_action_changed_and_does_not_fail(
    kubectl: Kubectl, how: tuple[str, ...]
) -> None:
    suffix = "action-server" if how else "action-client"
    objects = [
        obj
        for obj in in_git(suffix)
        if obj["kind"] in ACTIONS and obj["metadata"]["name"].startswith("much")
    ]
    assert len(objects) == len(ACTIONS)
    kubectl.ok("apply", *how, "-f", "-", obj=listed(objects))
    for obj in objects:
        kubectl.ok(
            *("patch", obj["kind"], obj["metadata"]["name"], "-n", NAMESPACE, "--type=merge"),
            *("--field-manager=argocd-server", "-p", json.dumps(ACTIONS[obj["kind"]])),
        )
    held = stored(kubectl, objects)
    for obj in held:
        assert missing(ACTIONS[obj["kind"]], obj, obj["kind"]) == []
    kubectl.ok("diff", *how, "-f", "-", obj=listed(objects))
    kubectl.ok("apply", *how, "-f", "-", obj=listed(objects))
    assert [obj["spec"] for obj in stored(kubectl, objects)] == [obj["spec"] for obj in held]
