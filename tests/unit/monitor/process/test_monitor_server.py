"""Probes and metrics over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from swirl.monitor.core.series import Reading
from swirl.monitor.process import server
from swirl.monitor.process.server import Health, Notices, Server, Snapshot


@pytest.fixture
def health() -> Health:
    return Health()


@pytest.fixture
def url(health: Health) -> Iterator[str]:
    found = Server(health, 0)
    yield f"http://127.0.0.1:{found.port}"
    found.close()


def test_ready_only_when_caught_up(url: str, health: Health) -> None:
    answer = httpx.get(f"{url}/readyz")
    assert (answer.status_code, answer.text) == (503, "starting")
    health.not_ready = None
    assert httpx.get(f"{url}/readyz").status_code == 200


def test_alive_as_long_as_the_loop_turns(
    url: str, health: Health, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert httpx.get(f"{url}/healthz").status_code == 200
    monkeypatch.setattr(server, "_STUCK_SECONDS", -1.0)
    assert httpx.get(f"{url}/healthz").status_code == 503
    assert httpx.get(f"{url}/other").status_code == 404


def test_metrics(url: str, health: Health) -> None:
    health.snapshot = Snapshot(
        state="Broken",
        windows=7,
        late=3,
        incidents_dropped=2,
        lag_seconds=6.5,
        readings={
            "bad": Reading(195.0, 0.0, 2.0, "High"),
            "quiet": Reading(None, None, None, None),
        },
        notices={"Webhook": Notices(delivered=3, failed=2, waiting=1)},
    )
    text = httpx.get(f"{url}/metrics").text
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found["swirl_monitor_windows_total",] == 7
    assert found["swirl_monitor_late_points_total",] == 3
    assert found["swirl_monitor_incidents_dropped_total",] == 2
    assert found["swirl_monitor_lag_seconds",] == 6.5
    assert found["swirl_monitor_state", "Broken"] == 1
    assert found["swirl_monitor_state", "Healthy"] == 0
    assert found["swirl_monitor_metric_value", "bad"] == 195
    assert found["swirl_monitor_metric_high", "bad"] == 2
    assert found["swirl_monitor_metric_outside", "bad"] == 1
    assert ("swirl_monitor_metric_value", "quiet") not in found
    assert found["swirl_monitor_notices_total", "delivered", "Webhook"] == 3
    assert found["swirl_monitor_notices_total", "failed", "Webhook"] == 2
    assert found["swirl_monitor_notices_waiting", "Webhook"] == 1
