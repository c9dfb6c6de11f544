"""The short way for scoring requests: straight from ASGI to the service.

FastAPI knows these routes too and answers them the same; going round its routing and middleware
makes a small request several times cheaper, and small requests are all that a scorer gets.
"""

from __future__ import annotations

from collections.abc import Mapping

from swirl.scorer.asgi import ASGIApp, Message, Receive, Scope, Send
from swirl.scorer.service import Answer, Service, media_type

_JSON = (b"content-type", media_type(200).encode())
_PROBLEM = (b"content-type", media_type(400).encode())
_CLOSE = (b"connection", b"close")


class FastPath:
    """Wraps `app`; POSTs to the paths of `routes` (path -> endpoint of the service) end here."""

    def __init__(self, app: ASGIApp, service: Service, routes: Mapping[str, str]) -> None:
        self._app = app
        self._service = service
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let `app` answer it."""
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
            answer = await self._service.take(endpoint, scope["headers"], receive)
            if answer is not None:
                # A connection kept open would outlive this process; the caller's next one goes
                # to a pod that stays. After a refused body the rest of it is still in the pipe.
                close = self._service.draining or answer[0] == 413
                await _reply(send, answer, close=close)
        finally:
            stats.in_flight -= 1


async def _reply(send: Send, answer: Answer, *, close: bool) -> None:
    status, payload = answer
    kind = _JSON if status < 400 else _PROBLEM
    headers = [kind, (b"content-length", str(len(payload)).encode())]
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
