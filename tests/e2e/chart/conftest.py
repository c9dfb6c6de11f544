"""A release of the chart in namespaces of its own, beside whatever else the cluster runs."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.e2e.operator.cluster import Cluster

CHART = Path(__file__).resolve().parents[3] / "charts" / "swirl"
SYSTEM = "swirl-chart-test"
WORK = "swirl-chart-test-work"


@dataclass(frozen=True)
class Release:
    """One helm release, and what it is asked for."""

    helm: str
    kubeconfig: str
    name: str
    namespace: str
    values: Path

    def run(self, *words: str) -> str:
        done = subprocess.run(
            [self.helm, "--kubeconfig", self.kubeconfig, "--namespace", self.namespace, *words],
            capture_output=True,
            text=True,
            timeout=400,
        )
        assert done.returncode == 0, f"helm {' '.join(words)}: {done.stderr}"
        return done.stdout

    def install(self, *options: str) -> str:
        """Makes the release, or changes it, and waits until all of it is ready."""
        place = ["--install", self.name, str(CHART), "-f", str(self.values)]
        return self.run("upgrade", *place, *options, "--wait", "--timeout", "5m")


@pytest.fixture(scope="module")
def system(kubectl: str, kubeconfig: str) -> Cluster:
    return Cluster(kubectl, kubeconfig, SYSTEM)


@pytest.fixture(scope="module")
def work(kubectl: str, kubeconfig: str) -> Cluster:
    return Cluster(kubectl, kubeconfig, WORK)


@pytest.fixture(scope="module")
def release(
    helm: str,
    kubeconfig: str,
    images: dict[str, str],
    system: Cluster,
    work: Cluster,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Release]:
    """The chart in two namespaces that take nothing but restricted pods."""
    values = tmp_path_factory.mktemp("chart") / "values.yaml"
    chart_images = {name: images[name] for name in ("operator", "scorer", "monitor", "kafka")}
    values.write_text(
        yaml.safe_dump(
            {
                "images": chart_images,
                "workloadNamespaces": [WORK],
                # Others on this cluster are left alone.
                "operator": {"namespaces": [WORK]},
                "kafka": {"enabled": True, "storage": {"persistent": False}},
            }
        )
    )
    for cluster in (system, work):
        namespace = {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {
                "name": cluster.namespace,
                "labels": {"pod-security.kubernetes.io/enforce": "restricted"},
            },
        }
        cluster.apply(namespace)
    made = Release(helm, kubeconfig, "swirl-chart-test", SYSTEM, values)
    try:
        made.install()
        yield made
    finally:
        made.run("uninstall", made.name, "--ignore-not-found", "--wait")
        system.ok("delete", "namespace", SYSTEM, WORK, "--timeout=120s")
