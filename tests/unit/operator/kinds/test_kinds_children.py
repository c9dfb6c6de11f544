"""Every manifest that a planner makes, read field by field by the Kubernetes client's models."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
import yaml
from kubernetes.client import ApiClient

from swirl.wire.labels import EXECUTOR_TEMPLATE
from swirl_operator.kinds.modelserver.manifests import service
from swirl_operator.runtime.interface import Object
from tests.unit.operator.kinds.analyticsrun.test_analyticsrun_driver import manifest as driver
from tests.unit.operator.kinds.modelserver.test_modelserver_manifests import made as scorers
from tests.unit.operator.kinds.observed import monitor
from tests.unit.operator.kinds.swirlmonitor.test_swirlmonitor_plan import look as plan_monitor


def _executor() -> Object:
    found: Object = yaml.safe_load(driver()["metadata"]["annotations"][EXECUTOR_TEMPLATE])
    return found


CHILDREN = {
    "driver": ("V1Pod", driver),
    "executor": ("V1Pod", _executor),
    "scorers": ("V1Deployment", scorers),
    "service": ("V1Service", lambda: service(name="sentiment", namespace="ads")),
    "engine": ("V1Deployment", lambda: plan_monitor(monitor()).apply[0]),
}


@cache
def client() -> Any:
    return ApiClient()


def unknown(wanted: Any, known: Any, where: str = "") -> list[str]:
    """Fields that the client's models do not have."""
    if isinstance(wanted, dict) and isinstance(known, dict):
        return [
            found
            for key, value in wanted.items()
            for found in (
                unknown(value, known[key], f"{where}.{key}") if key in known else [f"{where}.{key}"]
            )
        ]
    if isinstance(wanted, list) and isinstance(known, list):
        pairs = zip(wanted, known, strict=True)
        return [found for one, other in pairs for found in unknown(one, other, f"{where}[]")]
    return [] if wanted == known else [where]


@pytest.mark.parametrize("name", CHILDREN)
def test_every_field_is_one_that_kubernetes_knows(name: str) -> None:
    model, make = CHILDREN[name]
    manifest = make()
    read = client().deserialize(json.dumps(manifest), model, "application/json")
    assert unknown(manifest, client().sanitize_for_serialization(read)) == []


@pytest.mark.parametrize("name", ["driver", "executor", "scorers", "engine"])
def test_pods_meet_the_restricted_standard(name: str) -> None:
    """The rules of the `restricted` Pod Security Standard, one by one."""
    manifest = CHILDREN[name][1]()
    spec = manifest["spec"] if name in ("driver", "executor") else None
    spec = spec or manifest["spec"]["template"]["spec"]
    pod = spec["securityContext"]
    assert pod["runAsNonRoot"] is True
    assert pod["runAsUser"] > 0
    assert pod["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not {"hostNetwork", "hostPID", "hostIPC"} & spec.keys()
    allowed = {"emptyDir", "downwardAPI", "persistentVolumeClaim", "configMap", "secret"}
    assert all(volume.keys() - {"name"} <= allowed for volume in spec["volumes"])
    for container in spec["containers"]:
        security = container["securityContext"]
        assert security["allowPrivilegeEscalation"] is False
        assert security["capabilities"] == {"drop": ["ALL"]}
        assert security["readOnlyRootFilesystem"] is True
        mounted = {mount["mountPath"] for mount in container["volumeMounts"]}
        assert "/tmp" in mounted, "the root file system is read-only"
        assert not [port for port in container.get("ports", ()) if "hostPort" in port]


@pytest.mark.parametrize("name", ["driver", "scorers", "engine"])
def test_volumes_and_mounts_belong_together(name: str) -> None:
    manifest = CHILDREN[name][1]()
    spec = manifest["spec"] if name == "driver" else manifest["spec"]["template"]["spec"]
    volumes = {volume["name"] for volume in spec["volumes"]}
    assert {mount["name"] for mount in spec["containers"][0]["volumeMounts"]} == volumes
