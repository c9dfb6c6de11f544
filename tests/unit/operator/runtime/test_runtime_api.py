"""The client against a real HTTP server."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import kopf
import pytest
from aiohttp import web

from swirl.kube import errors
from swirl.kube.resources import PODS
from swirl_operator.runtime.api import Api
from swirl_operator.runtime.credentials import Credentials
from swirl_operator.runtime.interface import Ref
from swirl_operator.runtime.metrics import Metrics
from tests.support.api_errors import API_ERRORS
from tests.unit.operator.runtime.fakes import FakeClock

Answer = Callable[[web.Request], web.Response]


class Server:
    """Answers from a list and remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, Any, dict[str, str]]] = []
        self.seen: list[tuple[web.Request, Any]] = []
        self.url = ""

    def will(self, code: int, body: Any, **headers: str) -> None:
        self.answers.append((code, body, {k.replace("_", "-"): v for k, v in headers.items()}))

    async def handle(self, request: web.Request) -> web.Response:
        text = await request.text()
        self.seen.append((request, json.loads(text) if text else None))
        code, body, headers = self.answers.pop(0)
        text = body if isinstance(body, str) else json.dumps(body)
        return web.Response(status=code, text=text, headers=headers)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    await runner.cleanup()


@pytest.fixture
def tokens() -> list[str]:
    return ["first", "second", "third"]


@pytest.fixture
async def api(server: Server, tokens: list[str]) -> AsyncIterator[Api]:
    def read() -> kopf.ConnectionInfo:
        return kopf.ConnectionInfo(server=server.url, token=tokens.pop(0))

    async with Api(Credentials(read=read), metrics=Metrics()) as api:
        yield api


def status(code: int, reason: str) -> dict[str, Any]:
    return {"kind": "Status", "code": code, "reason": reason, "message": f"{reason}!"}


# The client deals with the others itself: a token is read again, and who is asked to wait waits.
@pytest.mark.parametrize(
    ("code", "reason", "error"), [row for row in API_ERRORS if row[0] not in (401, 429)]
)
async def test_refusals_are_typed_and_say_why(
    api: Api, server: Server, code: int, reason: str, error: type[errors.ApiError]
) -> None:
    server.will(code, status(code, reason))
    with pytest.raises(error) as caught:
        await api.get(PODS, "ns", "p")
    assert type(caught.value) is error
    assert (caught.value.code, caught.value.reason) == (code, reason)
    assert caught.value.message == f"{reason}!"


async def test_a_proxys_error_page_is_an_error_too(api: Api, server: Server) -> None:
    server.will(502, "<html>bad gateway</html>")
    with pytest.raises(errors.ServerError, match="bad gateway"):
        await api.get(PODS, "ns", "p")


async def test_a_page_instead_of_an_object_is_an_error(api: Api, server: Server) -> None:
    server.will(200, "<html>log in</html>")
    with pytest.raises(errors.ApiError, match="NotJson"):
        await api.get(PODS, "ns", "p")


async def test_the_server_may_ask_us_to_wait(api: Api, server: Server) -> None:
    server.will(429, status(429, "TooManyRequests"), Retry_After="0")
    server.will(200, {"kind": "Pod"})
    assert await api.get(PODS, "ns", "p") == {"kind": "Pod"}


async def test_its_patience_ends(api: Api, server: Server) -> None:
    for _ in range(4):
        server.will(429, status(429, "TooManyRequests"), Retry_After="0")
    with pytest.raises(errors.TooManyRequests) as caught:
        await api.get(PODS, "ns", "p")
    assert caught.value.retry_after == 0.0


async def test_a_rotated_token_is_read_again_once(api: Api, server: Server) -> None:
    server.will(401, status(401, "Unauthorized"))
    server.will(200, {"kind": "Pod"})
    await api.get(PODS, "ns", "p")
    assert [r.headers["Authorization"] for r, _ in server.seen] == [
        "Bearer first",
        "Bearer second",
    ]
    server.will(401, status(401, "Unauthorized"))
    server.will(401, status(401, "Unauthorized"))
    with pytest.raises(errors.Unauthorized):
        await api.get(PODS, "ns", "p")


async def test_apply_names_the_field_manager(api: Api, server: Server) -> None:
    server.will(200, {})
    await api.apply(PODS, {"metadata": {"namespace": "ns", "name": "p"}}, force=True)
    request, body = server.seen[0]
    assert request.method == "PATCH"
    assert request.path == "/api/v1/namespaces/ns/pods/p"
    assert dict(request.query) == {"fieldManager": "swirl-operator", "force": "true"}
    assert request.content_type == "application/apply-patch+yaml"
    assert body["metadata"]["name"] == "p"


async def test_delete_is_bound_to_the_incarnation(api: Api, server: Server) -> None:
    server.will(200, {"kind": "Status"})
    await api.delete(Ref(PODS, "ns", "p", uid="u"))
    _, body = server.seen[0]
    assert body["preconditions"] == {"uid": "u"}
    assert body["propagationPolicy"] == "Background"


async def test_lists_come_in_pages(api: Api, server: Server) -> None:
    server.will(200, {"metadata": {"resourceVersion": "7", "continue": "x"}, "items": [1, 2]})
    server.will(200, {"metadata": {"resourceVersion": "7"}, "items": [3]})
    pages = [page async for page in api.pages(PODS, None, label_selector="a=b", page_size=2)]
    expected: Any = [([1, 2], "7"), ([3], "7")]
    assert pages == expected
    assert dict(server.seen[1][0].query) == {"limit": "2", "labelSelector": "a=b", "continue": "x"}


async def test_no_answer_is_an_error_of_its_own() -> None:
    metrics = Metrics()
    read = lambda: kopf.ConnectionInfo(server="http://127.0.0.1:1")  # noqa: E731
    async with Api(Credentials(read=read), metrics=metrics) as api:
        with pytest.raises(errors.Unreachable) as caught:
            await api.get(PODS, "ns", "p")
    assert caught.value.code == 0
    labels = {"verb": "get", "code": "0"}
    name = "swirl_operator_api_request_seconds_count"
    assert metrics.registry.get_sample_value(name, labels) == 1


def test_credentials_are_read_again_after_a_minute(tokens: list[str]) -> None:
    clock = FakeClock()
    credentials = Credentials(
        read=lambda: kopf.ConnectionInfo(server="http://x", token=tokens.pop(0)), clock=clock.time
    )
    assert credentials.info.token == "first"
    clock.advance(59)
    assert credentials.info.token == "first"
    clock.advance(1)
    assert credentials.info.token == "second"
