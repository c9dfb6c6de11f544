"""kind is not there to read its file in every place that runs the tests: this knows its schema."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

FILE = Path(__file__).resolve().parents[3] / "kind-config.yaml"


def _fields(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": properties,
    }


_TEXT = {"type": "string", "minLength": 1}
_TEXTS = {"type": "array", "items": _TEXT}
_SWITCH = {"type": "boolean"}
_PORT = {"type": "integer", "minimum": 1, "maximum": 65535}
_PATCHES = {
    "type": "array",
    "items": _fields({"group": _TEXT, "version": _TEXT, "kind": _TEXT, "patch": _TEXT}, "patch"),
}
_MOUNT = _fields(
    {
        "containerPath": _TEXT,
        "hostPath": _TEXT,
        "readOnly": _SWITCH,
        "selinuxRelabel": _SWITCH,
        "propagation": {"enum": ["None", "HostToContainer", "Bidirectional"]},
    },
    "containerPath",
    "hostPath",
)
_MAPPING = _fields(
    {
        "containerPort": _PORT,
        "hostPort": {"type": "integer", "minimum": -1, "maximum": 65535},
        "listenAddress": _TEXT,
        "protocol": {"enum": ["TCP", "UDP", "SCTP"]},
    },
    "containerPort",
)
_NODE = _fields(
    {
        "role": {"enum": ["control-plane", "worker"]},
        "image": _TEXT,
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "extraMounts": {"type": "array", "items": _MOUNT},
        "extraPortMappings": {"type": "array", "items": _MAPPING},
        "kubeadmConfigPatches": _TEXTS,
        "kubeadmConfigPatchesJSON6902": _PATCHES,
    }
)
_NETWORKING = _fields(
    {
        "ipFamily": {"enum": ["ipv4", "ipv6", "dual"]},
        "apiServerPort": {"type": "integer", "minimum": -1, "maximum": 65535},
        "apiServerAddress": _TEXT,
        "podSubnet": _TEXT,
        "serviceSubnet": _TEXT,
        "disableDefaultCNI": _SWITCH,
        "kubeProxyMode": {"enum": ["iptables", "nftables", "ipvs", "none"]},
        "dnsSearch": _TEXTS,
    }
)
V1ALPHA4 = _fields(
    {
        "kind": {"const": "Cluster"},
        "apiVersion": {"const": "kind.x-k8s.io/v1alpha4"},
        "name": {"type": "string", "pattern": "^[a-z0-9.-]+$"},
        "nodes": {"type": "array", "items": _NODE},
        "networking": _NETWORKING,
        "featureGates": {"type": "object", "additionalProperties": _SWITCH},
        "runtimeConfig": {"type": "object", "additionalProperties": {"type": "string"}},
        "kubeadmConfigPatches": _TEXTS,
        "kubeadmConfigPatchesJSON6902": _PATCHES,
        "containerdConfigPatches": _TEXTS,
        "containerdConfigPatchesJSON6902": _TEXTS,
    },
    "kind",
    "apiVersion",
)


def test_kind_config_is_a_v1alpha4_cluster() -> None:
    jsonschema.validate(yaml.safe_load(FILE.read_text()), V1ALPHA4)


def test_kind_config_has_one_node_as_the_demo_shares_a_read_write_once_claim() -> None:
    assert len(yaml.safe_load(FILE.read_text())["nodes"]) == 1


@pytest.mark.parametrize(
    "mistake",
    [
        {"nodes": [{"role": "master"}]},
        {"nodes": [{"extraPortMapping": []}]},
        {"nodes": [{"extraPortMappings": [{"containerPort": "30000"}]}]},
        {"network": {}},
        {"apiVersion": "kind.x-k8s.io/v1alpha3"},
    ],
)
def test_kind_schema_refuses_what_kind_refuses(mistake: dict[str, Any]) -> None:
    config = yaml.safe_load(FILE.read_text()) | mistake
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(config, V1ALPHA4)
