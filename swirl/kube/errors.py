"""What the API server may answer, as exceptions.

ApiError
├── Unreachable        no answer: connection, TLS or timeout
├── BadRequest         400
├── Unauthorized       401
├── Forbidden          403
├── NotFound           404
├── AlreadyExists      409, reason AlreadyExists
├── Conflict           409, any other reason
├── Gone               410
├── Invalid            422
├── TooManyRequests    429
└── ServerError        5xx
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class ApiError(Exception):
    """An unsuccessful answer; `reason` and `message` are the API server's own."""

    def __init__(
        self, code: int, reason: str, message: str, *, retry_after: float | None = None
    ) -> None:
        super().__init__(f"{code} {reason}: {message}")
        self.code = code
        self.reason = reason
        self.message = message
        self.retry_after = retry_after


class Unreachable(ApiError):
    def __init__(self, message: str) -> None:
        super().__init__(0, "Unreachable", message)


class BadRequest(ApiError):
    pass


class Unauthorized(ApiError):
    pass


class Forbidden(ApiError):
    pass


class NotFound(ApiError):
    pass


class AlreadyExists(ApiError):
    pass


class Conflict(ApiError):
    pass


class Gone(ApiError):
    pass


class Invalid(ApiError):
    pass


class TooManyRequests(ApiError):
    pass


class ServerError(ApiError):
    pass


_BY_CODE: Mapping[int, type[ApiError]] = {
    400: BadRequest,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: Gone,
    422: Invalid,
    429: TooManyRequests,
}


def from_answer(code: int, body: Any, *, retry_after: float | None = None) -> ApiError:
    """The exception for an HTTP error; `body` is a `Status` object or anything a proxy sent."""
    status = body if isinstance(body, dict) else {}
    reason = str(status.get("reason") or f"HTTP{code}")
    message = str(status.get("message") or (body if isinstance(body, str) else "") or reason)
    if code == 409 and reason == "AlreadyExists":
        return AlreadyExists(code, reason, message[:1024])
    error = _BY_CODE.get(code, ServerError if code >= 500 else ApiError)
    return error(code, reason, message[:1024], retry_after=retry_after)
