"""kubectl for these tests, and waiting with a reason when it does not come."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import yaml

from swirl.kube.request import Object
from tests.support.spark import QUICK_JVM


@dataclass(frozen=True)
class Cluster:
    """One namespace of the shared cluster."""

    kubectl: str
    kubeconfig: str
    namespace: str

    def run(self, *words: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        """kubectl, whatever its exit code."""
        return subprocess.run(
            [self.kubectl, "--kubeconfig", self.kubeconfig, "-n", self.namespace, *words],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def ok(self, *words: str, stdin: str | None = None) -> str:
        """kubectl that must succeed; its output."""
        done = self.run(*words, stdin=stdin)
        assert done.returncode == 0, f"kubectl {' '.join(words)}: {done.stderr}"
        return done.stdout

    def apply(self, manifest: Object) -> None:
        """As a user would, with strict validation."""
        self.ok("apply", "--server-side", "-f-", stdin=yaml.safe_dump(manifest))

    def refused(self, manifest: Object) -> str:
        """What the API server says against it; fails if it takes it."""
        done = self.run("apply", "--server-side", "-f-", stdin=yaml.safe_dump(manifest))
        assert done.returncode != 0, f"accepted: {manifest}"
        return done.stderr

    def get(self, kind: str, name: str) -> Object | None:
        """The object, or None."""
        text = self.ok("get", kind, name, "--ignore-not-found", "-o", "json")
        return dict(json.loads(text)) if text.strip() else None

    def items(self, kind: str, selector: str) -> list[Object]:
        """Objects with these labels."""
        text = self.ok("get", kind, "-l", selector, "-o", "json")
        return list(json.loads(text)["items"])

    def wait(self, what: str, check: Callable[[], Any], *, seconds: float = 600) -> Any:
        """The first true value of `check`; fails with the state of things after `seconds`."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if value := check():
                return value
            time.sleep(0.5)
        state = self.run("get", "ajob,arun,mserver,smon,pods", "-o", "wide").stdout
        events = self.run("get", "events", "--sort-by=.lastTimestamp").stdout
        raise AssertionError(f"{what}: not within {seconds:.0f} s\n{state}\n{events[-3000:]}")


def condition(obj: Object | None, kind: str) -> Object:
    """The condition of that type, or an empty one."""
    for item in ((obj or {}).get("status") or {}).get("conditions") or ():
        if item["type"] == kind:
            return dict(item)
    return {"status": "", "reason": "", "message": ""}


def training_job(name: str, image: str, **changes: Any) -> Object:
    """The demo's training on a few tweets: a real Spark job of some twenty seconds."""
    spec: Object = {
        "mode": "Batch",
        "image": image,
        "entryPoint": {"function": "ads.train:train"},
        "parameters": {"max_iter": 5, "max_rows": 2000},
        "retry": {"limit": 2, "backoffSeconds": 1},
        "spark": {
            "driver": {"resources": {"requests": {"cpu": "50m"}}, "memory": "500Mi"},
            "executor": {
                "instances": 1,
                "resources": {"requests": {"cpu": "50m"}},
                "memory": "500Mi",
            },
            "conf": {
                "spark.sql.shuffle.partitions": "1",
                "spark.driver.extraJavaOptions": " ".join(QUICK_JVM),
                "spark.executor.extraJavaOptions": " ".join(QUICK_JVM),
            },
        },
    }
    spec.update(changes)
    return {
        "apiVersion": "swirl.dev/v1alpha1",
        "kind": "AnalyticsJob",
        "metadata": {"name": name},
        "spec": spec,
    }
