"""The short way for scoring requests: straight from ASGI to the service.

FastAPI knows these routes too and answers them the same; going round its routing and middleware
makes a small request several times cheaper, and small requests are all that a scorer gets.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from swirl.scorer.errors import RequestError
from swirl.scorer.limits import MAX_BODY
from swirl.scorer.service import Answer, Service

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

_JSON = (b"content-type", b"application/json")
_CLOSE = (b"connection", b"close")


class HotPath:
    """Wraps `app`; POSTs to the paths of `routes` (path -> endpoint of the service) end here."""

    def __init__(self, app: ASGIApp, service: Service, routes: dict[str, str]) -> None:
        self._app = app
        self._service = service
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST":
            endpoint = self._routes.get(scope["path"])
            if endpoint is not None:
                await self._score(endpoint, scope, receive, send)
                return
        if scope["type"] == "http" and self._service.draining:
            send = _closing(send)
        await self._app(scope, receive, send)

    async def _score(self, endpoint: str, scope: Scope, receive: Receive, send: Send) -> None:
        stats = self._service.stats
        stats.in_flight += 1
        try:
            answer = await take(self._service, endpoint, scope["headers"], receive)
            if answer is not None:
                # A connection kept open would outlive this process; the caller's next one goes
                # to a pod that stays. After a refused body the rest of it is still in the pipe.
                close = self._service.draining or answer[0] == 413
                await _reply(send, answer, close=close)
        finally:
            stats.in_flight -= 1


async def take(
    service: Service, endpoint: str, headers: list[tuple[bytes, bytes]], receive: Receive
) -> Answer | None:
    """Reads a request's body and answers it; None when the caller went away."""
    try:
        body = await _read(headers, receive)
    except RequestError as error:
        return service.refuse(endpoint, error)
    return None if body is None else await service.answer(endpoint, body)


async def _read(headers: list[tuple[bytes, bytes]], receive: Receive) -> bytes | None:
    for name, value in headers:
        if name == b"content-length" and value.isdigit() and int(value) > MAX_BODY:
            raise _too_large()
        if name == b"inference-header-content-length":
            raise RequestError(400, "binary tensors are not supported; send data as JSON")
    message = await receive()
    if message["type"] != "http.request":
        return None
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return body
    chunks = [body]
    size = len(body)
    while message.get("more_body"):
        message = await receive()
        if message["type"] != "http.request":
            return None
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > MAX_BODY:
            raise _too_large()
    return b"".join(chunks)


def _too_large() -> RequestError:
    return RequestError(413, f"the body is larger than {MAX_BODY} bytes")


async def _reply(send: Send, answer: Answer, *, close: bool) -> None:
    status, payload = answer
    headers = [_JSON, (b"content-length", str(len(payload)).encode())]
    if close:
        headers.append(_CLOSE)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": payload})


def _closing(send: Send) -> Send:
    async def closing(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), _CLOSE]}
        await send(message)

    return closing
