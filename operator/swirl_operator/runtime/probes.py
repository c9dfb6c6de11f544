"""/healthz, /readyz and /metrics on one port."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from aiohttp import web

from swirl.process import listen
from swirl_operator.runtime.metrics import Metrics

logger = logging.getLogger(__name__)

Check = Callable[[], str | None]
"""`None` if all is well, else a sentence for the log and for `kubectl describe`."""


class Probes:
    """The HTTP server of the kubelet and of Prometheus."""

    def __init__(
        self,
        *,
        metrics: Metrics,
        alive: Mapping[str, Check],
        ready: Mapping[str, Check],
        before_metrics: Callable[[], None] = lambda: None,
    ) -> None:
        self._metrics = metrics
        self._alive = alive
        self._ready = ready
        self._before_metrics = before_metrics
        self._runner: web.AppRunner | None = None

    async def start(self, port: int) -> int:
        """Listen on every address; returns the port, which matters when 0 was asked for."""
        app = web.Application()
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._metrics_page)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.SockSite(self._runner, listen(port))
        await site.start()
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _healthz(self, _: web.Request) -> web.Response:
        return self._answer("healthz", self._alive)

    async def _readyz(self, _: web.Request) -> web.Response:
        return self._answer("readyz", self._ready)

    def _answer(self, probe: str, checks: Mapping[str, Check]) -> web.Response:
        problems = [f"{name}: {text}" for name, check in checks.items() if (text := check())]
        if problems:
            logger.warning("%s fails: %s", probe, "; ".join(problems))
            return web.Response(status=503, text="\n".join(problems) + "\n")
        return web.Response(text="ok\n")

    async def _metrics_page(self, _: web.Request) -> web.Response:
        self._before_metrics()
        return web.Response(
            body=self._metrics.render(),
            headers={"Content-Type": "text/plain; version=1.0.0; charset=utf-8"},
        )
