"""Probes and Prometheus metrics of the engine's process."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from swirl.monitor.core.series import Reading
from swirl.monitor.core.state import BLIND, BROKEN, HEALTHY, LEARNING, State
from swirl.process import listen

_STUCK_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Notices:
    """How telling one destination of incidents goes."""

    delivered: int
    failed: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the loop knows after each round; replaced as a whole, so readers need no lock."""

    state: State = LEARNING
    windows: int = 0
    points: int = 0
    late: int = 0
    future: int = 0
    huge: int = 0
    repeated: int = 0
    malformed: int = 0
    status_writes: int = 0
    incidents_dropped: int = 0
    lag_seconds: float | None = None
    readings: Mapping[str, Reading] = field(default_factory=dict)
    notices: Mapping[str, Notices] = field(default_factory=dict)


class Health:
    """What probes ask about."""

    def __init__(self) -> None:
        self._last_round = time.monotonic()
        self.not_ready: str | None = "starting"
        self.snapshot = Snapshot()

    def heartbeat(self) -> None:
        """The loop has come round."""
        self._last_round = time.monotonic()

    @property
    def stuck(self) -> bool:
        """Whether the loop has not come round for too long."""
        return time.monotonic() - self._last_round > _STUCK_SECONDS


class EngineCollector:
    """Shows the latest snapshot to Prometheus."""

    def __init__(self, health: Health) -> None:
        self._health = health

    def collect(self) -> Iterator[Metric]:
        """See `prometheus_client`."""
        now = self._health.snapshot
        for name, text, total in (
            ("windows", "Windows of event time that were closed.", now.windows),
            ("points", "Points that belong to a metric.", now.points),
            ("late_points", "Points that came after their window was closed.", now.late),
            ("future_points", "Points dropped because their time is far ahead.", now.future),
            ("huge_points", "Points dropped because no sum could hold their value.", now.huge),
            ("repeated_records", "Metric records delivered again.", now.repeated),
            ("malformed_records", "Kafka records that could not be read.", now.malformed),
            ("status_writes", "Verdicts written to the API server.", now.status_writes),
            (
                "incidents_dropped",
                "Incidents that made room for newer ones before all were told of them.",
                now.incidents_dropped,
            ),
        ):
            yield CounterMetricFamily(f"swirl_monitor_{name}", text, value=total)
        if now.lag_seconds is not None:
            yield GaugeMetricFamily(
                "swirl_monitor_lag_seconds",
                "Age of the end of the last closed window.",
                value=now.lag_seconds,
            )
        state = GaugeMetricFamily(
            "swirl_monitor_state", "1 for the state the pipeline is in.", labels=["state"]
        )
        for name in (LEARNING, HEALTHY, BROKEN, BLIND):
            state.add_metric([name], float(now.state == name))
        yield state
        yield from _bands(now.readings)
        yield from _told(now.notices)


def _bands(readings: Mapping[str, Reading]) -> Iterator[Metric]:
    def gauge(name: str, text: str) -> GaugeMetricFamily:
        return GaugeMetricFamily(f"swirl_monitor_metric_{name}", text, labels=["metric"])

    value, low = gauge("value", "Value in the last window."), gauge("low", "Foot of the band.")
    high = gauge("high", "Top of the band.")
    outside = gauge("outside", "1 if the last window was outside the band.")
    for name, reading in readings.items():
        outside.add_metric([name], float(reading.direction is not None))
        for family, number in ((value, reading.value), (low, reading.low), (high, reading.high)):
            if number is not None:
                family.add_metric([name], number)
    yield from (value, low, high, outside)


def _told(notices: Mapping[str, Notices]) -> Iterator[Metric]:
    sent = CounterMetricFamily(
        "swirl_monitor_notices",
        "Attempts to tell a destination of an incident, by result.",
        labels=["to", "result"],
    )
    waiting = GaugeMetricFamily(
        "swirl_monitor_notices_waiting",
        "Incidents with something that the destination was not told yet.",
        labels=["to"],
    )
    for to, known in notices.items():
        sent.add_metric([to, "delivered"], known.delivered)
        sent.add_metric([to, "failed"], known.failed)
        waiting.add_metric([to], known.waiting)
    yield from (sent, waiting)


class Server:
    """Serves `/healthz`, `/readyz` and `/metrics` from a thread of its own.

    Args:
        health: what to tell.
        port: 0 for any; see `port`.
    """

    def __init__(self, health: Health, port: int) -> None:
        registry = CollectorRegistry(auto_describe=False)
        registry.register(EngineCollector(health))

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                if path == "/healthz":
                    self._answer(503 if health.stuck else 200, "stuck" if health.stuck else "ok")
                elif path == "/readyz":
                    reason = health.not_ready
                    self._answer(200 if reason is None else 503, reason or "ok")
                elif path == "/metrics":
                    self._answer(200, generate_latest(registry).decode(), CONTENT_TYPE_LATEST)
                else:
                    self._answer(404, "not found")

            def _answer(self, code: int, text: str, kind: str = "text/plain") -> None:
                body = text.encode()
                self.send_response(code)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Probes every few seconds are not worth a line."""

        self._http = ThreadingHTTPServer(("", port), Handler, bind_and_activate=False)
        # Its own is of IPv4 alone.
        self._http.socket.close()
        self._http.socket = listen(port)
        self._http.server_address = self._http.socket.getsockname()
        self._http.daemon_threads = True
        self._thread = threading.Thread(
            target=self._http.serve_forever, name="swirl-probes", daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return int(self._http.server_address[1])

    def close(self) -> None:
        """Stop serving."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
