"""Reads the body of a request, no further than it may go."""

from __future__ import annotations

from swirl.scorer.asgi import Headers, Receive
from swirl.scorer.errors import RequestError
from swirl.scorer.limits import MAX_BODY


async def read_body(headers: Headers, receive: Receive) -> bytes | None:
    """Return the body; None when the caller went away.

    Raises:
        RequestError: it is larger than `MAX_BODY`, or of a form that is not supported.
    """
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
