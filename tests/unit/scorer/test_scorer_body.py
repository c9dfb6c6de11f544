from __future__ import annotations

from typing import Any

import pytest

from swirl.scorer.asgi import Headers, Receive
from swirl.scorer.body import read_body
from swirl.scorer.errors import RequestError
from swirl.scorer.limits import MAX_BODY


def sending(*parts: bytes | None) -> Receive:
    """Receives these parts of a body; None is a caller that goes away."""
    left = list(parts)

    async def receive() -> dict[str, Any]:
        part = left.pop(0)
        if part is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": part, "more_body": bool(left)}

    return receive


@pytest.mark.parametrize("parts", [(b"abc",), (b"a", b"b", b"c"), (b"", b"abc")])
async def test_all_parts_are_put_together(parts: tuple[bytes, ...]) -> None:
    assert await read_body([], sending(*parts)) == b"abc"


@pytest.mark.parametrize("parts", [(None,), (b"a", None)])
async def test_a_caller_that_goes_away_has_no_body(parts: tuple[bytes | None, ...]) -> None:
    assert await read_body([], sending(*parts)) is None


async def test_the_largest_body_is_read() -> None:
    largest = b"x" * MAX_BODY
    headers: Headers = [(b"content-length", str(MAX_BODY).encode())]
    assert await read_body(headers, sending(largest)) == largest
    assert await read_body([], sending(largest[1:], b"x")) == largest


@pytest.mark.parametrize(
    ("headers", "parts"),
    [
        ([(b"content-length", str(MAX_BODY + 1).encode())], ()),
        ([], (b"x" * MAX_BODY, b"x", b"never read")),
        ([(b"content-length", b"-1")], (b"x" * MAX_BODY, b"x")),
    ],
)
async def test_no_more_is_read_than_may_be(headers: Headers, parts: tuple[bytes, ...]) -> None:
    with pytest.raises(RequestError, match="larger than 8388608 bytes") as caught:
        await read_body(headers, sending(*parts))
    assert caught.value.status == 413


async def test_binary_tensors_are_refused_before_the_body_is_read() -> None:
    with pytest.raises(RequestError, match="binary tensors") as caught:
        await read_body([(b"inference-header-content-length", b"10")], sending())
    assert caught.value.status == 400
