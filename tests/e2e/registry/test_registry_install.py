"""Swirl out of a registry with a login: pushed, installed from there, pulled with one Secret."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from imagebuild.engines import Buildah
from imagebuild.push import Pushed, push
from imagebuild.release import release_chart
from localcluster.instance import Instance, recorded_network
from tests.e2e.operator.cluster import Cluster
from tests.support.ports import free_port
from tests.support.registry import PASSWORD, USER, Registry, running

ROOT = Path(__file__).resolve().parents[3]
SYSTEM = "swirl-registry-test"
WORK = "swirl-registry-test-work"
VERSION = "0.9.0-test"

pytestmark = pytest.mark.skipif(
    "KUBECONFIG" in os.environ,
    reason="only our own node reaches the test's registry",
)


@dataclass(frozen=True)
class Site:
    """A registry, and what a person who is logged in there types."""

    registry: Registry
    helm: str
    kubeconfig: str
    folder: Path

    @property
    def place(self) -> str:
        return f"{self.registry.host}/team"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "BUILDAH_ISOLATION": "chroot",
            "STORAGE_DRIVER": "overlay",
            "KUBECONFIG": self.kubeconfig,
            "REGISTRY_AUTH_FILE": str(self.folder / "auth.json"),
            "HELM_REGISTRY_CONFIG": str(self.folder / "helm.json"),
            # Where programs of Go look for whom to trust.
            "SSL_CERT_FILE": str(self.registry.authority),
        }

    def run(self, *words: str, stdin: str | None = None) -> str:
        done = subprocess.run(
            words,
            cwd=ROOT,
            env={**os.environ, **self.environment},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=400,
        )
        said = done.stdout[-2000:] + done.stderr[-2000:]
        assert done.returncode == 0, f"{' '.join(words)}: {said}"
        return done.stdout


@pytest.fixture(scope="module")
def site(
    helm: str, kubeconfig: str, images: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    network = recorded_network(Instance.from_environment())
    assert network is not None
    address = network.node(Instance.from_environment()).host_address
    folder = tmp_path_factory.mktemp("registry")
    with running(folder, address, free_port()) as registry:
        made = Site(registry, helm, kubeconfig, folder)
        trust = ("trust", registry.host, str(registry.authority))
        made.run(sys.executable, "-m", "localcluster", *trust)
        made.run("buildah", "login", "-u", USER, "-p", PASSWORD, registry.host)
        made.run(helm, "registry", "login", "-u", USER, "-p", PASSWORD, registry.host)
        yield made


@pytest.fixture(scope="module")
def pushed(site: Site, images: dict[str, str]) -> dict[str, Pushed]:
    """The images of an operator and of a monitor, which share most of what is in them.

    Each is another image than the one that is on the node already: once a kubelet has pulled an
    image with a Secret, it lets nobody have that image without.
    """
    others = {}
    for name in ("operator", "monitor"):
        others[name] = images[name].replace("/swirl/", "/swirl-registry-test/")
        said = f"FROM {images[name]}\nLABEL of=registry-test\n"
        site.run(
            *("buildah", "bud", "--quiet", "--pull-never", "--tag", others[name], "-f-"),
            str(site.folder / "pki"),
            stdin=said,
        )
    with mock.patch.dict(os.environ, site.environment):
        found = push(others, site.place, Buildah())
    site.run("buildah", "rmi", *others.values())
    return found


@pytest.fixture(scope="module")
def installed(
    site: Site, pushed: dict[str, Pushed], kubectl: str, kubeconfig: str
) -> Iterator[tuple[Cluster, Cluster]]:
    """The release's namespace and that of its workloads."""
    # Scorers and brokers are not started here, so nothing has to be there for them.
    others = {
        name: Pushed(site.place, f"swirl/{name}", VERSION, pushed["monitor"].digest)
        for name in ("scorer", "kafka")
    }
    chart = release_chart(VERSION, others | pushed, site.folder)
    site.run(site.helm, "package", str(chart), "--destination", str(site.folder))
    package = str(site.folder / f"swirl-{VERSION}.tgz")
    site.run(site.helm, "push", package, f"oci://{site.place}/charts")

    system, work = (Cluster(kubectl, kubeconfig, name) for name in (SYSTEM, WORK))
    for cluster in (system, work):
        metadata = {
            "name": cluster.namespace,
            "labels": {"pod-security.kubernetes.io/enforce": "restricted"},
        }
        cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    system.ok("apply", "--server-side", "--force-conflicts", "-f", str(ROOT / "crds"))
    system.ok(
        *("create", "secret", "docker-registry", "registry"),
        *(f"--docker-server={site.registry.host}", f"--docker-username={USER}"),
        f"--docker-password={PASSWORD}",
    )
    release = ("swirl-registry-test", "--namespace", SYSTEM)
    try:
        site.run(
            *(site.helm, "install", release[0], f"oci://{site.place}/charts/swirl"),
            *("--version", VERSION, *release[1:], "--wait", "--timeout", "3m"),
            *("--set", "imagePullSecrets[0].name=registry"),
            # Others on this cluster are left alone.
            *(
                "--set",
                f"workloadNamespaces={{{WORK}}}",
                "--set",
                f"operator.namespaces={{{WORK}}}",
            ),
            *("--set", "crds.enabled=false", "--set", "artifacts.claim.create=false"),
            *("--set", "kafka.bootstrapServers=kafka.example.org:9092"),
        )
        yield system, work
    finally:
        site.run(site.helm, "uninstall", *release, "--ignore-not-found", "--wait")
        system.ok("delete", "namespace", SYSTEM, WORK, "--timeout=120s")


def _pulled(pod: dict[str, Any]) -> str | None:
    """What the node says it runs, once it has it."""
    for status in (pod.get("status") or {}).get("containerStatuses") or ():
        if status.get("imageID") and (status["state"].get("running") or status.get("lastState")):
            return str(status["imageID"])
    return None


def test_registry_lets_nobody_in_without_a_login(site: Site) -> None:
    assert site.registry.answers() == 401


def test_registry_chart_names_images_by_digest(
    installed: tuple[Cluster, Cluster], pushed: dict[str, Pushed]
) -> None:
    system, _ = installed
    deployment = system.get("deployment", "swirl-registry-test-operator")
    assert deployment is not None
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    image = pushed["operator"]
    assert container["image"] == f"{image.name}@{image.digest}"


def test_registry_operator_was_pulled_with_the_secret(
    installed: tuple[Cluster, Cluster], pushed: dict[str, Pushed]
) -> None:
    system, _ = installed
    (pod,) = system.items("pods", "app.kubernetes.io/component=operator")
    assert _pulled(pod) == f"{pushed['operator'].name}@{pushed['operator'].digest}"


def test_registry_workload_of_another_namespace_is_pulled_with_the_same_secret(
    installed: tuple[Cluster, Cluster], pushed: dict[str, Pushed]
) -> None:
    _, work = installed
    monitor = {
        "apiVersion": "swirl.dev/v1alpha1",
        "kind": "SwirlMonitor",
        "metadata": {"name": "watch"},
        "spec": {
            "nodes": [{"name": "feed"}],
            "metrics": [{"name": "rows", "node": "feed", "source": {"metric": "rows"}}],
        },
    }
    work.apply(monitor)

    def pulled() -> str | None:
        for pod in work.items("pods", "swirl.dev/name=watch"):
            if (image := _pulled(pod)) is not None:
                return image
        return None

    image = pushed["monitor"]
    found = work.wait("a monitor out of the registry", pulled, seconds=120)
    assert found == f"{image.name}@{image.digest}"
    copy = work.get("secret", "registry")
    assert copy is not None
    assert copy["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "swirl"
