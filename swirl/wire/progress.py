"""How far a driver is: the annotation on its own Pod, from which the operator reads it."""

from __future__ import annotations

import json
from dataclasses import dataclass

MESSAGE_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Progress:
    """Whole percent, 0 to 100, and what is being done, for people."""

    percent: int
    message: str = ""

    @classmethod
    def of(cls, fraction: float, message: str = "") -> Progress:
        """Return progress of a fraction from 0 to 1; one outside is moved to the nearer end."""
        # A little more, because 0.29 * 100 is a little less than 29.
        percent = int(min(1.0, max(0.0, fraction)) * 100 + 1e-9)
        return cls(percent, message[:MESSAGE_CHARACTERS])

    def to_json(self) -> str:
        """Return the annotation's value."""
        return json.dumps({"percent": self.percent, "message": self.message}, ensure_ascii=False)

    @classmethod
    def read(cls, text: object) -> Progress | None:
        """Read the annotation; None if it is absent or none, since any process could write it."""
        if not isinstance(text, str):
            return None
        try:
            body = json.loads(text)
        except (ValueError, RecursionError):
            return None
        if not isinstance(body, dict):
            return None
        percent, message = body.get("percent"), body.get("message") or ""
        if not isinstance(percent, int) or isinstance(percent, bool) or not 0 <= percent <= 100:
            return None
        return cls(percent, str(message)[:MESSAGE_CHARACTERS])
