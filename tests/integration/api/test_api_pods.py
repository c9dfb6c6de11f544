"""What a real API server says of the Pods that the operator makes, with every setting on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from swirl.api.pods import Workload
from swirl.api.v1alpha1.analyticsjob import AnalyticsJobSpec
from swirl.api.v1alpha1.modelserver import ModelServerSpec
from swirl.api.v1alpha1.swirlmonitor import SwirlMonitorSpec
from swirl.kube.request import Object
from swirl.wire.kafka import KafkaSettings
from swirl_operator.kinds.analyticsrun.driver import driver_pod
from swirl_operator.kinds.analyticsrun.executors import executor_pod
from swirl_operator.kinds.modelserver import manifests as servers
from swirl_operator.kinds.modelserver.source import Served
from swirl_operator.kinds.swirlmonitor import manifests as monitors
from swirl_operator.pods.settings import Defaults
from tests.integration.api.conftest import Kubectl
from tests.unit.operator.kinds.process import INSTALLATION

NAMESPACE = "restricted"
DEFAULTS: Object = {
    "env": [{"name": "HTTPS_PROXY", "value": "http://proxy:3128"}],
    "envFrom": [{"configMapRef": {"name": "site", "optional": True}}],
    "pod": {
        "labels": {"cost-centre": "7"},
        "imagePullSecrets": [{"name": "registry"}],
        "tolerations": [{"key": "dedicated", "operator": "Exists", "effect": "NoSchedule"}],
        "nodeSelector": {"pool": "analytics"},
    },
}
SETTINGS: Object = {
    "env": [
        {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "s", "key": "password"}}},
        {"name": "CITY", "valueFrom": {"configMapKeyRef": {"name": "c", "key": "city"}}},
        {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
        {
            "name": "MEMORY",
            "valueFrom": {"resourceFieldRef": {"resource": "limits.memory", "divisor": "1Mi"}},
        },
    ],
    "envFrom": [{"prefix": "S_", "secretRef": {"name": "s"}}],
    "pod": {
        "labels": {"team": "ads"},
        "annotations": {"example.org/owner": "ads"},
        "affinity": {
            "nodeAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": {
                    "nodeSelectorTerms": [
                        {"matchExpressions": [{"key": "gpu", "operator": "Exists"}]}
                    ]
                }
            }
        },
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "topology.kubernetes.io/zone",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": {"team": "ads"}},
            }
        ],
        "priorityClassName": "system-node-critical",
        "schedulerName": "other",
        "imagePullPolicy": "Always",
        "volumes": [
            {"name": "data", "persistentVolumeClaim": {"claimName": "data"}},
            {"name": "tmp", "emptyDir": {"sizeLimit": "5Gi"}},
        ],
        "volumeMounts": [{"name": "data", "mountPath": "/data", "readOnly": True}],
        "template": {
            "spec": {
                "hostAliases": [{"ip": "10.0.0.1", "hostnames": ["db"]}],
                "securityContext": {"fsGroup": None, "runAsUser": None},
                "containers": [{"name": "swirl", "env": [{"name": "TZ", "value": "UTC"}]}],
            }
        },
    },
}


@pytest.fixture(scope="module", autouse=True)
def namespace(kubectl: Kubectl) -> Iterator[None]:
    """It enforces the restricted Pod Security Standard, and has the accounts."""
    kubectl.ok("create", "namespace", NAMESPACE)
    enforce = "pod-security.kubernetes.io/enforce=restricted"
    kubectl.ok("label", "namespace", NAMESPACE, enforce)
    for account in ("swirl-driver", "swirl-scorer", "swirl-monitor"):
        kubectl.ok("create", "serviceaccount", account, "-n", NAMESPACE)
    yield
    kubectl.ok("delete", "namespace", NAMESPACE, "--wait=false")


def pods(more: Object, defaults: Object | None = None) -> dict[str, Object]:
    """One Pod of each sort."""
    installation = replace(INSTALLATION, defaults=Defaults(Workload.model_validate(defaults or {})))
    job = AnalyticsJobSpec.model_validate(
        {
            "mode": "Batch",
            "image": "ads:1",
            "entryPoint": {"function": "ads.train:train"},
            "spark": {"executor": {"resources": {"limits": {"cpu": 2, "nvidia.com/gpu": 1}}}},
            **more,
        }
    )
    server = servers.deployment(
        ModelServerSpec.model_validate(
            {"model": {"job": "train"}, "resources": {"limits": {"cpu": "2"}}, **more}
        ),
        Served("train-1", "file:///m/1", "sha256:1"),
        name="sentiment",
        namespace=NAMESPACE,
        installation=installation,
    )
    monitor = monitors.deployment(
        SwirlMonitorSpec.model_validate(
            {
                "nodes": [{"name": "ingest"}],
                "metrics": [{"name": "rows", "node": "ingest", "source": {"metric": "rows"}}],
                **more,
            }
        ),
        name="ads",
        namespace=NAMESPACE,
        kafka=KafkaSettings(bootstrap_servers="kafka:9092"),
        installation=installation,
    )
    return {
        "driver": driver_pod(
            job,
            namespace=NAMESPACE,
            job="train",
            run="train-1",
            uid="0f8fad5b-d9cb-469f-a165-70867728950e",
            attempt=1,
            parameters={},
            installation=installation,
        ),
        "executor": executor_pod(job, namespace=NAMESPACE, installation=installation),
        "scorer": server,
        "monitor": monitor,
    }


def pod_of(manifest: Object) -> Object:
    """The Pod itself: a Deployment is taken where its Pods would be refused."""
    if manifest["kind"] == "Pod":
        return manifest
    template = manifest["spec"]["template"]
    metadata = {**template["metadata"], "name": "one", "namespace": NAMESPACE}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}


ROLES = ("driver", "executor", "scorer", "monitor")
STRICT = ("create", "--dry-run=server", "--validate=strict", "-o", "json", "-f", "-")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("said", "defaults"), [({}, {}), ({}, DEFAULTS), (SETTINGS, DEFAULTS)], ids=str
)
def test_every_pod_is_taken_where_only_restricted_ones_are(
    kubectl: Kubectl, role: str, said: Object, defaults: Object
) -> None:
    manifest = pods(said, defaults)[role]
    made = json.loads(kubectl.ok(*STRICT, obj=pod_of(manifest)))
    if manifest["kind"] == "Deployment":
        kubectl.ok("apply", "--server-side", "--dry-run=server", "-f", "-", obj=manifest)
    spec, main = made["spec"], made["spec"]["containers"][0]
    assert main["securityContext"]["readOnlyRootFilesystem"] is True
    if defaults:
        assert spec["imagePullSecrets"] == [{"name": "registry"}]
        assert spec["nodeSelector"] == {"pool": "analytics"}
        assert made["metadata"]["labels"]["cost-centre"] == "7"
    if said:
        env = {item["name"]: item for item in main["env"]}
        assert env["PASSWORD"]["valueFrom"]["secretKeyRef"] == {"name": "s", "key": "password"}
        assert env["MEMORY"]["valueFrom"]["resourceFieldRef"]["divisor"] == "1Mi"
        assert [source.get("prefix") for source in main["envFrom"]] == [None, "S_"]
        assert "fsGroup" not in spec["securityContext"]
        assert main["imagePullPolicy"] == "Always"


def test_a_budget_is_taken(kubectl: Kubectl) -> None:
    budget = servers.disruption_budget(name="sentiment", namespace=NAMESPACE)
    kubectl.ok(*STRICT, obj=budget)


def typo(**pod: Any) -> Object:
    return {"pod": pod}


REFUSED: dict[str, tuple[Object, str, str]] = {
    "a-field-in-a-template": (
        typo(template={"spec": {"hostnme": "x"}}),
        'unknown field "spec.hostnme"',
        ".spec.template.spec.hostnme: field not declared in schema",
    ),
    "a-field-in-affinity": (
        typo(affinity={"nodeAffinty": {}}),
        'unknown field "spec.affinity.nodeAffinty"',
        "affinity.nodeAffinty: field not declared in schema",
    ),
    "a-field-in-a-volume": (
        typo(volumes=[{"name": "x", "emtyDir": {}}]),
        'unknown field "spec.volumes[',
        "emtyDir: field not declared in schema",
    ),
    "a-field-of-a-variable": (
        {"env": [{"name": "A", "value": "", "valuFrom": {}}]},
        'env[0].valuFrom"',
        'env[name="A"].valuFrom: field not declared in schema',
    ),
    "a-field-of-a-toleration": (
        typo(tolerations=[{"key": "a", "efect": "NoSchedule"}]),
        'unknown field "spec.tolerations[0].efect"',
        "efect: field not declared in schema",
    ),
    "a-mount-of-nothing": (
        typo(volumeMounts=[{"name": "nothing", "mountPath": "/x"}]),
        'name: Not found: "nothing"',
        'name: Not found: "nothing"',
    ),
    "an-affinity-that-makes-no-sense": (
        typo(
            affinity={
                "nodeAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": []}
                }
            }
        ),
        "must have at least one node selector term",
        "must have at least one node selector term",
    ),
    "a-list-that-is-none": (
        typo(template={"spec": {"hostAliases": {"ip": "x"}}}),
        "cannot unmarshal object",
        "hostAliases: expected list",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_is_named_whatever_the_pod_is_for(kubectl: Kubectl, name: str) -> None:
    said, created, applied = REFUSED[name]
    made = pods(said)
    for role in ("driver", "executor"):
        complaint = kubectl.refused(*STRICT, obj=made[role])
        assert created in complaint
    for role in ("scorer", "monitor"):
        complaint = kubectl.refused("apply", "--server-side", "-f", "-", obj=made[role])
        assert applied in complaint
