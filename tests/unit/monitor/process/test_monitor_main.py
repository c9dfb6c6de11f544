"""What the process is told, and how it ends when it cannot run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from swirl.kube.account import Account
from swirl.monitor.notify.courier import Courier, Webhook
from swirl.monitor.notify.incidents import Ledger, Sent
from swirl.monitor.process.__main__ import read, withdraw
from swirl.monitor.process.status_writer import StatusWriter
from swirl.wire.containers import MonitorEnvironment
from swirl.wire.environment import InvalidEnvironment
from swirl.wire.exits import MonitorExit
from swirl.wire.kafka import KafkaSettings
from swirl.wire.topics import Topics
from tests.support.api_server import serving
from tests.support.receiver import receiving
from tests.support.sim.simulator import make_spec, spec_body
from tests.unit.monitor.notify.verdicts import START, broken

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


@pytest.mark.parametrize(("code", "told"), [(404, ["resolved"]), (200, []), (500, [])])
def test_a_monitor_that_is_deleted_closes_its_incident_on_the_way_out(
    code: int, told: list[str], tmp_path: Path
) -> None:
    """And only such a one: who is merely started again goes on with it."""
    (tmp_path / "secret").write_text("s3cret")
    with serving() as api, receiving() as receiver:
        api.stored = {"metadata": {"name": "watch"}}
        api.answers = [code]
        hook = Webhook(receiver.url, tmp_path, "shop", "watch", lambda: START)
        courier = Courier(hook)
        courier.start()
        ledger = Ledger("shop/watch", [courier.name])
        ledger.follow(broken(5), START)
        (incident,) = ledger.incidents
        ledger.take([Sent(incident.id, "Webhook", 1)])
        courier.offer(ledger.incidents)
        withdraw(ledger, StatusWriter(Account(api.url, tmp_path), "shop", "watch"), [courier])
        courier.close()
    assert [post.json()["type"].rpartition(".")[2] for post in receiver.posts] == told
