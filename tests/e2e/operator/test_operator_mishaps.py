"""Everyday mishaps of Pods, all at once: each object says what keeps it, and goes on by itself.

Kubernetes' own components speak here; that each of their sentences is read rightly is tested in
`tests/unit/operator/pods`, that these are their sentences only here. All are ModelServers, which
need no Spark; what is waited for passes beside the others.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from swirl.kube.request import Object
from tests.e2e.operator.cluster import Cluster, condition
from tests.e2e.release import Release

NODE = "mishap-dead"
NOWHERE = "file:///var/lib/swirl/artifacts/mishap"
_SOON = 100


def _server(name: str, **spec: Any) -> Object:
    return {
        "apiVersion": "swirl.dev/v1alpha1",
        "kind": "ModelServer",
        "metadata": {"name": f"mishap-{name}"},
        "spec": {"model": {"uri": NOWHERE}, **spec},
    }


def _volume(**source: Any) -> Object:
    # What no container mounts is left alone by the kubelet.
    mount = {"name": "broken", "mountPath": "/broken"}
    return {"pod": {"volumes": [{"name": "broken", **source}], "volumeMounts": [mount]}}


SERVERS = (
    _server("image", runtime={"image": "registry.invalid/no/such:1"}),
    _server("name", runtime={"image": "Team/Ads:1.4"}),
    _server("room", resources={"requests": {"memory": "900Gi"}}),
    _server("claim", **_volume(persistentVolumeClaim={"claimName": "mishap-claim"})),
    _server("mount", **_volume(csi={"driver": "mishap.example.com"})),
    _server("quota", pod={"priorityClassName": "mishap"}),
    _server("policy"),
    _server(
        "secret",
        env=[
            {
                "name": "TOKEN",
                "valueFrom": {"secretKeyRef": {"name": "mishap-secret", "key": "token"}},
            }
        ],
    ),
    _server(
        "node",
        pod={
            "nodeSelector": {"kubernetes.io/hostname": NODE},
            "tolerations": [{"operator": "Exists"}],
        },
    ),
)

QUOTA: tuple[Object, ...] = (
    {
        "apiVersion": "scheduling.k8s.io/v1",
        "kind": "PriorityClass",
        "metadata": {"name": "mishap"},
        "value": 1,
    },
    {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "mishap"},
        "spec": {
            "hard": {"pods": "0"},
            "scopeSelector": {
                "matchExpressions": [
                    {"scopeName": "PriorityClass", "operator": "In", "values": ["mishap"]}
                ]
            },
        },
    },
)
POLICY: Object = {
    "apiVersion": "admissionregistration.k8s.io/v1",
    "kind": "ValidatingAdmissionPolicy",
    "metadata": {"name": "mishap"},
    "spec": {
        "failurePolicy": "Fail",
        "matchConstraints": {
            "objectSelector": {"matchLabels": {"swirl.dev/name": "mishap-policy"}},
            "resourceRules": [
                {
                    "apiGroups": [""],
                    "apiVersions": ["v1"],
                    "operations": ["CREATE"],
                    "resources": ["pods"],
                }
            ],
        },
        "validations": [{"expression": "false", "message": "not today"}],
    },
}
BINDING: Object = {
    "apiVersion": "admissionregistration.k8s.io/v1",
    "kind": "ValidatingAdmissionPolicyBinding",
    "metadata": {"name": "mishap"},
    "spec": {"policyName": "mishap", "validationActions": ["Deny"]},
}
DEAD: Object = {
    "apiVersion": "v1",
    "kind": "Node",
    "metadata": {"name": NODE, "labels": {"kubernetes.io/hostname": NODE}},
    "spec": {"taints": [{"key": "mishap", "effect": "NoSchedule"}]},
}


def _node_is_ready(work: Cluster) -> None:
    """There is no kubelet: what it would say of its node is said by hand."""
    status = {
        "conditions": [{"type": "Ready", "status": "True", "reason": "ByHand", "message": "test"}],
        "capacity": {"cpu": "8", "memory": "8Gi", "pods": "10"},
        "allocatable": {"cpu": "8", "memory": "8Gi", "pods": "10"},
    }
    patch = json.dumps({"status": status})
    work.ok("patch", "node", NODE, "--subresource=status", "--type=merge", "-p", patch)


def _pod_is_ready(work: Cluster) -> None:
    """So is what it would say of the Pod."""

    def bound() -> str | None:
        for pod in work.items("pods", "swirl.dev/name=mishap-node"):
            if pod["spec"].get("nodeName") == NODE and "deletionTimestamp" not in pod["metadata"]:
                return str(pod["metadata"]["name"])
        return None

    pod = work.wait("the Pod to be bound to the node", bound, seconds=_SOON)
    up = [{"type": kind, "status": "True"} for kind in ("Initialized", "ContainersReady", "Ready")]
    runs = {
        "name": "scorer",
        "ready": True,
        "started": True,
        "restartCount": 0,
        "image": "scorer",
        "imageID": "",
        "state": {"running": {"startedAt": "2026-01-01T00:00:00Z"}},
    }
    status = {"phase": "Running", "conditions": up, "containerStatuses": [runs]}
    patch = json.dumps({"status": status})
    work.ok("patch", "pod", pod, "--subresource=status", "--type=strategic", "-p", patch)
    work.wait(
        "the server to be Ready",
        lambda: condition(work.get("mserver", "mishap-node"), "Ready")["status"] == "True",
        seconds=_SOON,
    )


@pytest.fixture(scope="module")
def mishaps(release: Release, work: Cluster) -> Iterator[Cluster]:
    """All of them are applied, none is waited for."""
    _clean(work)
    try:
        for thing in (*QUOTA, POLICY, BINDING, DEAD):
            work.apply(thing)
        _node_is_ready(work)
        # A policy that was just made is not enforced yet.
        work.wait("the policy to be enforced", lambda: _is_denied(work), seconds=60)
        for server in SERVERS:
            work.apply(server)
        _pod_is_ready(work)
        # Pods lose their readiness when their node stops to be ready while they are there.
        _node_is_ready(work)
        yield work
    finally:
        _clean(work)


def _clean(work: Cluster) -> None:
    """What an earlier run left as well."""
    names = [server["metadata"]["name"] for server in SERVERS]
    work.ok("delete", "mserver", *names, "--ignore-not-found", "--wait=false")
    work.ok("delete", "resourcequota", "mishap", "--ignore-not-found")
    work.ok("delete", "secret", "mishap-secret", "--ignore-not-found")
    for kind in (
        "validatingadmissionpolicybinding",
        "validatingadmissionpolicy",
        "priorityclass",
    ):
        work.ok("delete", kind, "mishap", "--ignore-not-found")
    work.ok("delete", "node", NODE, "--ignore-not-found")
    # Nobody on that node confirms that they are gone.
    pods = "swirl.dev/name=mishap-node"
    work.ok("delete", "pods", "-l", pods, "--force", "--grace-period=0", "--wait=false")


def _is_denied(work: Cluster) -> bool:
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "mishap-probe", "labels": {"swirl.dev/name": "mishap-policy"}},
        # What Pod Security forbids would be refused before anybody asks the policy.
        "spec": {
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 10001,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [
                {
                    "name": "c",
                    "image": "c",
                    "securityContext": {
                        "allowPrivilegeEscalation": False,
                        "capabilities": {"drop": ["ALL"]},
                    },
                }
            ],
        },
    }
    done = work.run("create", "--dry-run=server", "-f-", stdin=json.dumps(pod))
    return "not today" in done.stderr


def _says(work: Cluster, name: str, reason: str, *words: str) -> Object:
    """`Ready`, once it has that reason and those words."""

    def said() -> Object | None:
        ready = condition(work.get("mserver", f"mishap-{name}"), "Ready")
        told = ready["reason"] == reason and all(word in ready["message"] for word in words)
        return ready if told else None

    found: Object = work.wait(f"{name}: {reason}, {words}", said, seconds=_SOON)
    assert found["status"] in ("Unknown", "False")
    return found


@pytest.mark.parametrize(
    ("name", "reason", "words"),
    [
        ("image", "ImagePull", "image registry.invalid/no/such:1 cannot be pulled"),
        ("name", "InvalidSpec", '"Team/Ads:1.4" is not a valid image name'),
        ("room", "Unschedulable", "; it asks for memory 900Gi"),
        ("claim", "VolumeMount", "PersistentVolumeClaim mishap-claim, which does not exist"),
        ("mount", "VolumeMount", "waits for its volume broken: "),
        ("quota", "QuotaExceeded", "exceeded quota: mishap, requested: pods=1"),
        ("policy", "AdmissionRefused", "ValidatingAdmissionPolicy mishap denies it: not today"),
        ("secret", "ConfigMissing", "Secret mishap-secret does not exist; create it"),
    ],
)
def test_each_says_what_keeps_it(mishaps: Cluster, name: str, reason: str, words: str) -> None:
    ready = _says(mishaps, name, reason, words)
    server = mishaps.get("mserver", f"mishap-{name}")
    assert condition(server, "Available")["status"] == "False"
    if name == "name":
        assert ready["status"] == "False", "waiting does not make it a name"


def test_what_comes_at_last_is_taken_up(mishaps: Cluster) -> None:
    """The Secret is there, the policy gone: what keeps them now is the model that never was."""
    _says(mishaps, "secret", "ConfigMissing")
    _says(mishaps, "policy", "AdmissionRefused")
    mishaps.ok("delete", "validatingadmissionpolicybinding", "mishap")
    mishaps.ok("create", "secret", "generic", "mishap-secret", "--from-literal=token=x")
    for name in ("secret", "policy"):
        ready = _says(mishaps, name, "ScorerFailed", "does not load")
        assert ready["status"] == "False"


def test_a_node_that_falls_silent_takes_the_readiness(mishaps: Cluster) -> None:
    """What Kubernetes waits for a node passes beside the other tests."""
    ready = _says(mishaps, "node", "NodeNotReady", f"node {NODE}, which does not answer since")
    assert f"kubectl delete node {NODE}" in ready["message"]
