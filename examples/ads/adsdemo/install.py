"""From nothing to Swirl on a cluster: images, chart, namespaces."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from adsdemo.cluster import Cluster
from adsdemo.kube import NAMESPACE, SYSTEM_NAMESPACE, Kubectl
from devtools.progress import Progress
from devtools.references import OF_CHART, chart_values
from devtools.stream import stream

RELEASE = "swirl"
# `spark` is what `ads` is built on; no pod of the demo runs it.
DEMO_IMAGES = (*OF_CHART, "ads")
_CHART_TIMEOUT = "5m"


@contextmanager
def building_images(repository: Path, progress: Progress) -> Iterator[Future[dict[str, str]]]:
    """Build what is missing while something else is done, and until the block ends.

    Images wait for the network and the disk, the local cluster for the processors: side by side
    they take little longer than the longer one. The result has the names of images by their short
    ones, for example `operator`.
    """
    stop = threading.Event()
    with ThreadPoolExecutor(max_workers=1) as pool:
        try:
            yield pool.submit(_build_images, repository, progress, stop)
        finally:
            stop.set()


def _build_images(repository: Path, progress: Progress, stop: threading.Event) -> dict[str, str]:
    command = [sys.executable, str(repository / "runtime-images" / "build.py"), *DEMO_IMAGES]
    stream(command, progress, what="building images", directory=repository, stop=stop)
    images: dict[str, str] = json.loads((repository / "build" / "images.json").read_text())
    return {name: images[name] for name in DEMO_IMAGES}


def create_namespaces(kubectl: Kubectl, manifests: Path) -> None:
    """The namespace of the pipeline must be there before the chart puts accounts into it."""
    kubectl.apply((manifests / "namespace.yaml").read_text())


def install_chart(
    cluster: Cluster, chart: Path, images: Mapping[str, str], progress: Progress
) -> None:
    """helm upgrade --install, waiting until what it installs is ready."""
    command = [
        *cluster.helm(), "upgrade", "--install", RELEASE, str(chart),
        "--namespace", SYSTEM_NAMESPACE, "--create-namespace",
        "--set", "kafka.enabled=true",
        "--set", f"workloadNamespaces={{{NAMESPACE}}}",
        # Two operators must not look after the same namespace; on a cluster that others use, too,
        # another one may be there for theirs.
        "--set", f"operator.namespaces={{{NAMESPACE}}}",
        # Swirl's kinds may be there, put by another hand; the chart brings them up to date.
        "--take-ownership",
        *chart_images(images),
    ]  # fmt: skip
    stream(command, progress, what="installing the chart")
    # Not `helm --wait`: a class that binds late, as kind's does, keeps the artifact claim pending
    # until its first pod, and Helm would wait for the claim.
    for part in ("deployment/swirl-operator", "statefulset/swirl-kafka"):
        words = ["rollout", "status", part, "-n", SYSTEM_NAMESPACE, f"--timeout={_CHART_TIMEOUT}"]
        stream([*cluster.kubectl(), *words], progress, what=f"waiting for {part}")


def chart_images(images: Mapping[str, str]) -> list[str]:
    """The chart's values for the images that it starts."""
    words: list[str] = []
    for name, value in chart_values(images).items():
        words += ["--set-json", f"{name}.image={json.dumps(value['image'])}"]
    return words


def uninstall(cluster: Cluster, kubectl: Kubectl, progress: Progress) -> None:
    """Take the demo off a cluster that stays."""
    progress.say("  deleting the pipeline")
    kubectl.run("delete", "namespace", NAMESPACE, "--ignore-not-found", "--timeout=180s")
    stream(
        [
            *cluster.helm(), "uninstall", RELEASE, "--namespace", SYSTEM_NAMESPACE,
            "--ignore-not-found", "--wait",
        ],
        progress,
        what="uninstalling the chart",
    )  # fmt: skip
    kubectl.run("delete", "namespace", SYSTEM_NAMESPACE, "--ignore-not-found", "--timeout=180s")
