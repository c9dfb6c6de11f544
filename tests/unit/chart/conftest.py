"""What the chart renders to, without a cluster."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
CHART = ROOT / "charts" / "swirl"

Manifest = dict[str, Any]
Render = Callable[..., list[Manifest]]

REGISTRY = "registry.example/team"

# Every switch of the chart turned on.
EVERYTHING: dict[str, Any] = {
    "workloadNamespaces": ["ads", "reports"],
    "image": {"registry": REGISTRY},
    "imagePullSecrets": [{"name": "registry"}],
    "commonLabels": {"team": "data"},
    "extraObjects": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "more"}}],
    "workloads": {"pod": {"tolerations": [{"key": "spark", "operator": "Exists"}]}},
    "driver": {"serviceAccount": {"annotations": {"example.org/role": "driver"}}},
    "operator": {
        "extraEnv": [{"name": "HTTPS_PROXY", "value": "http://proxy:3128"}],
        "extraEnvFrom": [{"secretRef": {"name": "more"}}],
        "extraVolumes": [{"name": "ca", "configMap": {"name": "ca"}}],
        "extraVolumeMounts": [{"name": "ca", "mountPath": "/etc/ca"}],
        "serviceAccount": {"annotations": {"example.org/role": "operator"}},
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "topology.kubernetes.io/zone",
                "whenUnsatisfiable": "ScheduleAnyway",
            }
        ],
        "replicas": 2,
        "nodeSelector": {"pool": "system"},
        "podAnnotations": {"example.org/a": "b"},
        "tolerations": [{"key": "system", "operator": "Exists"}],
    },
    "kafka": {"enabled": True, "properties": "log.retention.hours=1"},
    "metrics": {
        "serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
        "podMonitor": {"enabled": True},
        "prometheusRule": {"enabled": True},
    },
    "networkPolicy": {"enabled": True},
}


@pytest.fixture(scope="session")
def helm() -> str:
    found = shutil.which("helm")
    if found is not None:
        return found
    asked = subprocess.run(
        [sys.executable, "-m", "localcluster", "tool", "helm"],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return asked.stdout.strip()


@pytest.fixture(scope="session")
def render(helm: str, tmp_path_factory: pytest.TempPathFactory) -> Render:
    """Renders the chart with values and a registry; raises helm's words when it refuses them."""

    def rendered(*options: str, **values: Any) -> list[Manifest]:
        file = tmp_path_factory.mktemp("values") / "values.yaml"
        # The kinds are most of the output, and the same whatever the values.
        given = {"image": {"registry": REGISTRY}, "crds": {"enabled": False}, **values}
        file.write_text(yaml.safe_dump(given))
        command = [helm, "template", "swirl", str(CHART), "--namespace", "swirl-system"]
        done = subprocess.run([*command, "-f", str(file), *options], capture_output=True, text=True)
        if done.returncode != 0:
            raise ValueError(done.stderr)
        return [manifest for manifest in yaml.safe_load_all(done.stdout) if manifest]

    return rendered


@pytest.fixture(scope="session")
def plain(render: Render) -> list[Manifest]:
    return render()


@pytest.fixture(scope="session")
def everything(render: Render) -> list[Manifest]:
    return render(**EVERYTHING)
