"""uvicorn with an ending that loses no request."""

from __future__ import annotations

import signal
import time
from types import FrameType

import uvicorn

from swirl.scorer.asgi import ASGIApp
from swirl.scorer.service import Service

_BACKLOG = 2048


class DrainingServer(uvicorn.Server):
    """On SIGTERM: not ready at once, but serving on until the endpoints have noticed.

    Kubernetes takes a pod out of its Services while it sends the signal, not before; whoever stops
    listening at once refuses callers that do not know yet.
    """

    def __init__(self, config: uvicorn.Config, service: Service, drain_seconds: float) -> None:
        super().__init__(config)
        self._service = service
        self._drain_seconds = drain_seconds
        self._leave_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Start draining; a second signal, or Ctrl-C, ends it early."""
        if sig == signal.SIGTERM and self._leave_at is None:
            self._service.draining = True
            self._leave_at = time.monotonic() + self._drain_seconds
        else:
            self._service.draining = True
            self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        """Leave when it is time; uvicorn asks ten times a second."""
        if self._leave_at is not None and time.monotonic() >= self._leave_at:
            self.should_exit = True
        return await super().on_tick(counter)


def make_server(
    app: ASGIApp, service: Service, *, port: int, drain_seconds: float
) -> DrainingServer:
    """Return a server on every address, tuned for many small requests."""
    config = uvicorn.Config(
        app,
        # Every address of IPv4 and of IPv6; `::` would be those of IPv6 alone.
        host="",
        port=port,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        server_header=False,
        backlog=_BACKLOG,
        log_config=None,
        log_level="warning",
        timeout_graceful_shutdown=20,
        timeout_keep_alive=75,
    )
    return DrainingServer(config, service, drain_seconds)
