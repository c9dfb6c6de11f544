"""A running cluster, the tools that speak to it, and the images that are in it.

`make e2e` starts the cluster. A cluster of your own is named by KUBECONFIG; it must be able to
get the images by itself.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

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
    """What `make demo` wrote, after it went through on this cluster; the pipeline still runs."""
    report = ROOT / "build" / "demo.json"
    report.unlink(missing_ok=True)
    # As it comes, past pytest's capture: ten minutes of silence look like a hang.
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
            print(line, end="", flush=True)
    assert running.returncode == 0, "".join(said[-60:])
    done: dict[str, Any] = json.loads(report.read_text())
    return done


@pytest.fixture(scope="session")
def images(kubeconfig: str) -> dict[str, str]:
    """Every image by its short name, built and in the cluster."""
    _ask("runtime-images/build.py")
    built: dict[str, str] = json.loads((ROOT / "build" / "images.json").read_text())
    if "KUBECONFIG" not in os.environ:
        _ask("-m", "localcluster", "load", *built.values())
    return built
