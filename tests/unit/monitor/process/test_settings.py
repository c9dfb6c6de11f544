"""The environment of the process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from swirl.monitor.process.settings import InvalidSettings, from_environment
from tests.support.sim.simulator import spec_body

ENV = {
    "SWIRL_MONITOR_SPEC": json.dumps(spec_body()),
    "SWIRL_MONITOR_NAME": "watch",
    "SWIRL_POD_NAMESPACE": "shop",
    "SWIRL_KAFKA_BOOTSTRAP": "kafka:9092",
    "KUBERNETES_SERVICE_HOST": "10.0.0.1",
}


def test_defaults() -> None:
    found = from_environment(ENV)
    assert (found.metrics_topic, found.changes_topic) == ("swirl.metrics", "swirl.changes")
    assert found.verdicts_topic == "swirl.verdicts"
    assert found.api_url == "https://10.0.0.1:443"
    assert found.port == 8080
    assert len(found.spec.nodes) == 3


def test_an_address_of_version_six_is_bracketed() -> None:
    found = from_environment(ENV | {"KUBERNETES_SERVICE_HOST": "fd00::1"})
    assert found.api_url == "https://[fd00::1]:443"


@pytest.mark.parametrize("missing", sorted(ENV))
def test_says_what_is_missing(missing: str) -> None:
    with pytest.raises(InvalidSettings, match=f"{missing} is not set"):
        from_environment({key: value for key, value in ENV.items() if key != missing})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"SWIRL_MONITOR_SPEC": "{"}, "not a JSON object"),
        ({"SWIRL_MONITOR_SPEC": "{}"}, "spec.nodes: Field required"),
        ({"SWIRL_PORT": "http"}, "SWIRL_PORT is not a number"),
    ],
)
def test_says_what_is_wrong(change: dict[str, str], says: str) -> None:
    with pytest.raises(InvalidSettings, match=says):
        from_environment(ENV | change)


def test_the_process_exits_2_and_says_why() -> None:
    root = Path(__file__).parents[4]
    done = subprocess.run(
        [sys.executable, "-m", "swirl.monitor.process"],
        cwd=root,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert done.stderr == "swirl.monitor: SWIRL_MONITOR_SPEC is not set\n"
