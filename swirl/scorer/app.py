"""The HTTP application: Open Inference Protocol, plain rows, health and metrics."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from importlib.metadata import PackageNotFoundError, version

import orjson
from fastapi import FastAPI, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.exceptions import HTTPException

from swirl.scorer.fastpath import FastPath
from swirl.scorer.metrics import registry_of, render
from swirl.scorer.protocols import v2
from swirl.scorer.reporter import Reporter
from swirl.scorer.schema import describe_in_openapi
from swirl.scorer.service import Service, media_type
from swirl.wire.problem import MEDIA_TYPE, Problem


def create_app(service: Service, reporter: Reporter | None = None) -> FastPath:
    """Return the ASGI application of one model; `reporter`, if any, runs as long as it does."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if reporter is None:
            yield
            return
        task = asyncio.create_task(reporter.run())
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    app = FastAPI(
        title=f"Model {service.model.name}", version=service.model.version, lifespan=lifespan
    )
    app.add_exception_handler(HTTPException, _protocol_errors(service.model.name))
    _add_health(app, service)
    _add_server(app, service)
    routes = _add_model(app, service)
    describe_in_openapi(app, service.model)
    return FastPath(app, service, routes)


def _add_health(app: FastAPI, service: Service) -> None:
    @app.get("/v2/health/live")
    async def live() -> Response:
        return _json({"live": True})

    @app.get("/v2/health/ready")
    async def ready() -> Response:
        return _json({"ready": not service.draining}, 503 if service.draining else 200)


def _add_server(app: FastAPI, service: Service) -> None:
    registry = registry_of(service)

    @app.get("/v2")
    async def server() -> Response:
        return _json(v2.server_metadata(_own_version()))

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(render(registry), media_type=CONTENT_TYPE_LATEST)


def _add_model(app: FastAPI, service: Service) -> dict[str, str]:
    """Add the model's routes, with and without its version; returns the scoring ones."""
    model = service.model
    scoring: dict[str, str] = {}

    async def metadata() -> Response:
        return _json(v2.model_metadata(model))

    async def ready() -> Response:
        body = {"name": model.name, "ready": not service.draining}
        return _json(body, 503 if service.draining else 200)

    base = f"/v2/models/{model.name}"
    for prefix in (base, f"{base}/versions/{model.version}"):
        app.add_api_route(prefix, metadata, methods=["GET"])
        app.add_api_route(f"{prefix}/ready", ready, methods=["GET"])
        for endpoint in ("infer", "rows"):
            path = f"{prefix}/{endpoint}"
            scoring[path] = endpoint
            app.add_api_route(path, _scoring(service, endpoint), methods=["POST"])
    return scoring


def _scoring(service: Service, endpoint: str) -> Callable[[Request], Awaitable[Response]]:
    async def score(request: Request) -> Response:
        answer = await service.take(endpoint, request.scope["headers"], request.receive)
        if answer is None:
            return Response(status_code=499)
        status, payload = answer
        return Response(payload, status, media_type=media_type(status))

    return score


def _protocol_errors(model: str) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Errors of routing in the protocol's form, with a hint where a guess is likely."""

    async def answer(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        message = str(error.detail)
        if error.status_code == 404:
            message = f"there is no {request.url.path}; the model here is /v2/models/{model}"
        elif error.status_code == 405:
            message = f"{request.method} is not allowed on {request.url.path}"
        body = Problem(error.status_code, message).to_json()
        return Response(body, error.status_code, error.headers, media_type=MEDIA_TYPE)

    return answer


def _json(body: object, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")


def _own_version() -> str:
    try:
        return version("swirl-analytics")
    except PackageNotFoundError:
        # Images carry the package as plain files.
        return "unknown"
