"""A real API server with the CRDs in it, and kubectl to talk to it."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from devtools.progress import Progress
from localcluster.build import tool

CRDS = Path(__file__).parents[3] / "crds"


@dataclass(frozen=True)
class Kubectl:
    """kubectl on one kubeconfig; objects go in through its standard input."""

    program: Path
    kubeconfig: Path

    def run(self, *arguments: str, obj: Any = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.program), *arguments],
            env={**os.environ, "KUBECONFIG": str(self.kubeconfig)},
            input=None if obj is None else json.dumps(obj),
            stdin=subprocess.DEVNULL if obj is None else None,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def ok(self, *arguments: str, obj: Any = None) -> str:
        """Its output; fails with its complaint."""
        done = self.run(*arguments, obj=obj)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def refused(self, *arguments: str, obj: Any = None) -> str:
        """Its complaint; fails if there is none."""
        done = self.run(*arguments, obj=obj)
        assert done.returncode != 0, done.stdout
        return done.stderr

    def apply(self, obj: dict[str, Any]) -> dict[str, Any]:
        """The object as it is stored."""
        answer: dict[str, Any] = json.loads(
            self.ok("apply", "--server-side", "-o", "json", "-f", "-", obj=obj)
        )
        return answer


@pytest.fixture(scope="session")
def kubectl(kubeconfig: str) -> Kubectl:
    found = Kubectl(tool("kubectl", Progress()), Path(kubeconfig))
    found.ok("apply", "--server-side", "-f", str(CRDS))
    found.ok("wait", "--for=condition=Established", "--timeout=60s", "-f", str(CRDS))
    return found
