"""A running cluster, the tools that speak to it, and the images that are in it.

`make e2e` starts the cluster. A cluster of your own is named by KUBECONFIG; it must be able to
get the images by itself.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from devtools.references import chart_values
from tests.e2e.operator.cluster import Cluster
from tests.e2e.release import SYSTEM, WORK, Release

ROOT = Path(__file__).resolve().parents[2]


def _ask(*words: str) -> str:
    asked = subprocess.run(
        [sys.executable, *words], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    return asked.stdout.strip()


@pytest.fixture(scope="session")
def kubeconfig() -> str:
    return os.environ.get("KUBECONFIG") or _ask("-m", "localcluster", "kubeconfig")


@pytest.fixture(scope="session")
def kubectl() -> str:
    return _ask("-m", "localcluster", "tool", "kubectl")


@pytest.fixture(scope="session")
def helm() -> str:
    return _ask("-m", "localcluster", "tool", "helm")


@pytest.fixture(scope="session")
def kubeconform() -> str:
    return _ask("-m", "localcluster", "tool", "kubeconform")


@pytest.fixture(scope="session")
def demo(images: dict[str, str], request: pytest.FixtureRequest) -> dict[str, Any]:
    """What `make demo` wrote, after it went through on this cluster; the pipeline still runs.

    `began` is when it began: on a cluster that somebody has used there are older things, too.
    """
    report = ROOT / "build" / "demo.json"
    began = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    report.unlink(missing_ok=True)
    # As it comes, past pytest's capture: ten minutes of silence look like a hang. Of xdist's
    # processes only the errors are heard.
    capture = request.config.pluginmanager.getplugin("capturemanager")
    assert capture is not None
    with (
        capture.global_and_fixture_disabled(),
        subprocess.Popen(
            [sys.executable, "examples/ads/demo.py"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as running,
    ):
        assert running.stdout is not None
        said = []
        for line in running.stdout:
            said.append(line)
            print(line, end="", file=sys.stderr, flush=True)
    assert running.returncode == 0, "".join(said[-60:])
    done: dict[str, Any] = json.loads(report.read_text())
    return done | {"began": began}


@pytest.fixture(scope="session")
def images(kubeconfig: str) -> dict[str, str]:
    """Every image by its short name, built and in the cluster."""
    _ask("runtime-images/build.py")
    built: dict[str, str] = json.loads((ROOT / "build" / "images.json").read_text())
    if "KUBECONFIG" not in os.environ:
        # What others are built on runs in no pod.
        _ask("-m", "localcluster", "load", *(built[name] for name in built if name != "spark"))
    return built


@pytest.fixture(scope="session")
def system(kubectl: str, kubeconfig: str) -> Cluster:
    """The namespace of the release's operator."""
    return Cluster(kubectl, kubeconfig, SYSTEM)


@pytest.fixture(scope="session")
def work(kubectl: str, kubeconfig: str) -> Cluster:
    """The only namespace that the release's operator looks after."""
    return Cluster(kubectl, kubeconfig, WORK)


@pytest.fixture(scope="session")
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
    started = chart_values(images)
    values.write_text(
        yaml.safe_dump(
            {
                **started,
                "workloadNamespaces": [WORK],
                # Others on this cluster are left alone, and so are the kinds: they belong to the
                # demo's release.
                "operator": {**started["operator"], "namespaces": [WORK]},
                "kafka": {**started["kafka"], "storage": {"persistent": False}},
                "crds": {"enabled": False},
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
    system.ok("apply", "--server-side", "--force-conflicts", "-f", str(ROOT / "crds"))
    made = Release(helm, kubeconfig, "swirl-chart-test", SYSTEM, values)
    try:
        made.install()
        yield made
    finally:
        made.run("uninstall", made.name, "--ignore-not-found", "--wait")
        system.ok("delete", "namespace", SYSTEM, WORK, "--timeout=120s")
