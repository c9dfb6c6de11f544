"""The chart in an API server of its own, and its operator with the rights that it has there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
import yaml

from devtools.progress import Progress
from localcluster.build import tool
from localcluster.controlplane import ephemeral
from tests.support.ports import free_port

ROOT = Path(__file__).parents[3]
CHART = ROOT / "charts" / "swirl"
SYSTEM = "swirl-system"
VALUES = {
    "image": {"registry": "registry.example/team"},
    "imagePullSecrets": [{"name": "registry"}],
    "workloadNamespaces": ["ads"],
    "driver": {"serviceAccount": {"annotations": {"cloud.example/role": "analytics"}}},
}
T = TypeVar("T")


@dataclass(frozen=True)
class Installation:
    """kubectl and helm on one API server."""

    kubeconfig: Path
    values: Path

    def run(self, *words: str, obj: Any = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words,
            env={**os.environ, "KUBECONFIG": str(self.kubeconfig)},
            input=None if obj is None else json.dumps(obj),
            stdin=subprocess.DEVNULL if obj is None else None,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def helm(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.run(str(tool("helm", Progress())), "--namespace", SYSTEM, *words)

    def upgrade(self, *options: str) -> subprocess.CompletedProcess[str]:
        place = ("upgrade", "--install", "swirl", str(CHART), "-f", str(self.values))
        return self.helm(*place, *options)

    def kubectl(self, *words: str, obj: Any = None) -> str:
        """Its output; fails with its complaint."""
        done = self.run(str(tool("kubectl", Progress())), *words, obj=obj)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def get(self, kind: str, name: str, namespace: str = SYSTEM) -> Any:
        """The object, None if there is none."""
        words = ("get", kind, name, "-n", namespace, "--ignore-not-found", "-o", "json")
        said = self.kubectl(*words)
        return json.loads(said) if said else None

    def apply(self, obj: dict[str, Any]) -> None:
        self.kubectl("apply", "--server-side", "-f", "-", obj=obj)

    def may(self, account: str, namespace: str, *words: str, of: str = "") -> bool:
        """Whether an account of that namespace, or of another, may do something there."""
        user = f"system:serviceaccount:{of or namespace}:{account}"
        asked = ("auth", "can-i", *words, "--as", user, "-n", namespace)
        done = self.run(str(tool("kubectl", Progress())), *asked)
        return done.stdout.strip() == "yes"


def eventually(what: str, ask: Callable[[], T], seconds: float = 60.0) -> T:
    """The first answer that is true."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.2)
    return answer


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    values = tmp_path_factory.mktemp("values") / "values.yaml"
    values.write_text(yaml.safe_dump(VALUES))
    with ephemeral(tmp_path_factory.mktemp("chart")) as kubeconfig:
        made = Installation(kubeconfig, values)
        for name in (SYSTEM, "ads", "team", "others"):
            made.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        yield made


@pytest.fixture(scope="module")
def operator(
    installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """The operator, told what the chart tells it, allowed what the chart allows it."""
    deployment = installation.get("deployment", "swirl-operator")
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    told = {
        one["name"]: one["value"].replace("$$", "$") for one in container["env"] if "value" in one
    }
    folder = tmp_path_factory.mktemp("operator")
    config = json.loads(installation.kubectl("config", "view", "--raw", "--minify", "-o", "json"))
    token = installation.kubectl("create", "token", "swirl-operator", "-n", SYSTEM).strip()
    config["users"] = [{"name": config["users"][0]["name"], "user": {"token": token}}]
    kubeconfig = folder / "kubeconfig"
    kubeconfig.write_text(json.dumps(config))
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "swirl_operator"],
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": f"{ROOT}:{ROOT / 'operator'}",
                **told,
                "KUBECONFIG": str(kubeconfig),
                "SWIRL_PORT": str(free_port()),
                "SWIRL_POD_NAME": "operator",
                "SWIRL_POD_NAMESPACE": SYSTEM,
                "SWIRL_TERMINATION_LOG": str(folder / "message"),
            },
            stdout=log,
            stderr=log,
        )
    try:
        yield
        assert process.poll() is None, (folder / "log").read_text()
    finally:
        process.terminate()
        process.wait(timeout=30)
        print((folder / "log").read_text(), file=sys.stderr)
