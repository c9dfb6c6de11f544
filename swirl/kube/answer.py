"""What the API server answers: an object, or one of the errors."""

from __future__ import annotations

import json
from typing import Any

from swirl.kube.errors import ApiError, from_answer
from swirl.kube.request import Object, Request


def read(request: Request, code: int, text: str, retry_after: str | None) -> Object:
    """Return the object that was answered.

    Args:
        request: what was asked.
        code: the HTTP status.
        text: the body.
        retry_after: the header of that name.

    Raises:
        ApiError: the answer is an error, or no object.
    """
    answer = _parse(text)
    if code >= 400:
        if not isinstance(answer, dict):
            # Not from Kubernetes itself (an unknown path, a proxy): say what was asked for.
            answer = f"{request}: {text.strip()}"
        raise from_answer(code, answer, retry_after=_seconds(retry_after))
    if not isinstance(answer, dict):
        raise ApiError(code, "NotJson", f"{request}: {text[:200]}")
    return answer


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _seconds(header: str | None) -> float | None:
    return float(header) if header is not None and header.isdecimal() else None
