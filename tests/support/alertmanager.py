"""A real Alertmanager on loopback, which hands its alerts on to whom a test listens as."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from devtools.command import DIES_WITH_US
from tests.support.debian import program
from tests.support.ports import accepts, free_port

_CONFIGURATION = """\
route: {{receiver: test, group_wait: 0s, group_interval: 1s, repeat_interval: 1h}}
receivers:
  - name: test
    webhook_configs: [{{url: "{url}", send_resolved: true}}]
"""


@dataclass(frozen=True)
class Alertmanager:
    """One that runs."""

    url: str

    def alerts(self) -> list[dict[str, Any]]:
        """The alerts that it holds for firing."""
        with urlopen(f"{self.url}/api/v2/alerts", timeout=5) as answer:
            return list(json.load(answer))


@contextmanager
def alertmanager(folder: Path, notifies: str) -> Iterator[Alertmanager]:
    """Run one for the time of the block; it posts to `notifies`."""
    port = free_port()
    configuration = folder / "alertmanager.yaml"
    configuration.write_text(_CONFIGURATION.format(url=notifies))
    with (folder / "alertmanager.log").open("wb") as log:
        process = subprocess.Popen(
            [
                *DIES_WITH_US,
                *program("prometheus-alertmanager", "prometheus-alertmanager"),
                f"--config.file={configuration}",
                f"--storage.path={folder / 'alertmanager'}",
                f"--web.listen-address=127.0.0.1:{port}",
                # Alone: it looks for no others.
                "--cluster.listen-address=",
            ],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        end = time.monotonic() + 30
        while not accepts(f"127.0.0.1:{port}"):
            assert process.poll() is None, (folder / "alertmanager.log").read_text()
            assert time.monotonic() < end, (folder / "alertmanager.log").read_text()
            time.sleep(0.05)
        yield Alertmanager(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(timeout=20)
