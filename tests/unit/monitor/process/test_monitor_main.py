"""What the process is told, and how it ends when it cannot run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from swirl.monitor.process.__main__ import read
from swirl.wire.containers import MonitorEnvironment
from swirl.wire.environment import InvalidEnvironment
from swirl.wire.exits import MonitorExit
from swirl.wire.kafka import KafkaSettings
from swirl.wire.topics import Topics
from tests.support.sim.simulator import make_spec, spec_body

ROOT = Path(__file__).parents[4]
ENVIRONMENT = MonitorEnvironment(
    name="watch",
    pod_namespace="shop",
    spec=spec_body(),
    kafka=KafkaSettings(bootstrap_servers="kafka:9092"),
)
NEEDED = {
    name: value
    for name, value in (ENVIRONMENT.variables() | {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}).items()
    if name
    in {
        "SWIRL_MONITOR_NAME",
        "SWIRL_MONITOR_SPEC",
        "SWIRL_POD_NAMESPACE",
        "SWIRL_KAFKA_BOOTSTRAP",
        "KUBERNETES_SERVICE_HOST",
    }
}


def test_what_is_needed_is_enough() -> None:
    environment, spec, account = read(NEEDED)
    assert environment == ENVIRONMENT
    assert (environment.topics, environment.port) == (Topics(), 8080)
    assert spec == make_spec()
    assert account.server == "https://10.0.0.1:443"


@pytest.mark.parametrize("missing", sorted(NEEDED))
def test_says_what_is_missing(missing: str) -> None:
    with pytest.raises(InvalidEnvironment, match=f"^{missing} is not set$"):
        read({name: value for name, value in NEEDED.items() if name != missing})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"SWIRL_MONITOR_SPEC": "{"}, "SWIRL_MONITOR_SPEC is not JSON"),
        ({"SWIRL_MONITOR_SPEC": "{}"}, "SWIRL_MONITOR_SPEC: spec.nodes: Field required"),
        ({"SWIRL_PORT": "http"}, "SWIRL_PORT must be a number"),
    ],
)
def test_says_what_is_wrong(change: dict[str, str], says: str) -> None:
    with pytest.raises(InvalidEnvironment, match=says):
        read(NEEDED | change)


def test_a_process_that_cannot_run_leaves_the_reason(tmp_path: Path) -> None:
    last = tmp_path / "termination-log"
    told = NEEDED | {"SWIRL_MONITOR_SPEC": "{}", "SWIRL_TERMINATION_LOG": str(last)}
    done = subprocess.run(
        [sys.executable, "-m", "swirl.monitor.process"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **told},
        capture_output=True,
        text=True,
    )
    assert done.returncode == MonitorExit.INVALID_SETTINGS
    assert last.read_text().startswith("SWIRL_MONITOR_SPEC: spec.nodes: Field required")
    assert last.read_text() in done.stderr
