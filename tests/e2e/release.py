"""A release of the chart in namespaces of its own, beside whatever else the cluster runs."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.operator.cluster import Cluster

CHART = Path(__file__).resolve().parents[2] / "charts" / "swirl"
SYSTEM = "swirl-chart-test"
WORK = "swirl-chart-test-work"
INSTANCE = "app.kubernetes.io/instance=swirl-chart-test"
OPERATOR = f"{INSTANCE},app.kubernetes.io/component=operator"


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

    def upgrade(self, *options: str) -> str:
        """Makes the release, or changes it."""
        place = ["--install", self.name, str(CHART), "-f", str(self.values)]
        return self.run("upgrade", *place, *options)

    def install(self, *options: str) -> str:
        """The same, and waits until all of it is ready."""
        return self.upgrade(*options, "--wait", "--timeout", "5m")


def operator_holding_the_lease(cluster: Cluster) -> str:
    """Who has the lease; a new leader may be about to take it."""
    holder = ""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not holder:
        lease = cluster.get("lease", "swirl-chart-test-operator")
        holder = lease["spec"].get("holderIdentity") or "" if lease else ""
        time.sleep(0.5)
    return holder
