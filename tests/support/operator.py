"""This operator as a process of its own, on an API server of the tests."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from devtools.paths import REPOSITORY
from tests.support.ports import free_port

# kopf imports the official client where it is installed; the operator's image has none.
_START = (
    'import runpy, sys; sys.modules["kubernetes"] = None; '
    'runpy.run_module("swirl_operator", run_name="__main__")'
)


@contextmanager
def operator(namespace: str, kubeconfig: str, **settings: str) -> Iterator[int]:
    """It looks after that namespace; gives the port of its probes."""
    port = free_port()
    environ = {
        **os.environ,
        "KUBECONFIG": kubeconfig,
        "PYTHONPATH": f"{REPOSITORY / 'operator'}{os.pathsep}{REPOSITORY}",
        "SWIRL_WATCHED_NAMESPACES": namespace,
        "SWIRL_POD_NAME": "one",
        "SWIRL_POD_NAMESPACE": namespace,
        "SWIRL_LEASE_NAME": "one",
        "SWIRL_PORT": str(port),
        **settings,
    }
    process = subprocess.Popen([sys.executable, "-c", _START], env=environ)
    try:
        yield port
    finally:
        process.kill()
        process.wait()
