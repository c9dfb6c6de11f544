"""Planners can be used where nothing is installed that does I/O."""

from __future__ import annotations

import subprocess
import sys

import pytest

_ALONE = """
import importlib, pkgutil, sys
for name in ("aiohttp", "kopf", "kafka", "httpx", "prometheus_client"):
    sys.modules[name] = None
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    importlib.import_module(module.name)
"""


@pytest.mark.parametrize("room", ["pods", "status", "kinds"])
def test_a_room_without_io_imports_none(room: str) -> None:
    command = [sys.executable, "-c", _ALONE, f"swirl_operator.{room}"]
    ran = subprocess.run(
        command,
        env={"PYTHONPATH": ".:operator"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
