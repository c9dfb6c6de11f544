"""Problem documents (RFC 9457): how a service of Swirl says that it cannot answer a request.

`error` repeats the detail, because that is the member which the Open Inference Protocol names.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Problem:
    """An HTTP status and one sentence for the caller: what is wrong, where, and what to do."""

    status: int
    detail: str

    def to_json(self) -> bytes:
        """Return the document."""
        body = {
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "error": self.detail,
        }
        return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()

    @classmethod
    def from_json(cls, data: bytes | str) -> Problem | None:
        """Read a document; None if it is none, since proxies answer in their own words."""
        try:
            body = json.loads(data)
        except (ValueError, RecursionError):
            return None
        if not isinstance(body, dict):
            return None
        status, detail = body.get("status"), body.get("detail")
        if not isinstance(status, int) or isinstance(status, bool) or not isinstance(detail, str):
            return None
        return cls(status, detail)
