"""What a driver says of executors it cannot have: the annotation on its own Pod.

The operator sees the executors that exist. Whether any are wanted, and why the API server lets none
be made, the driver alone knows.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

REFUSAL_CHARACTERS = 600


@dataclass(frozen=True, slots=True)
class Executors:
    """How many are wanted at least, and why no Pod can be made of them; empty if it can."""

    wanted: int
    refused: str = ""

    def to_json(self) -> str:
        """Return the annotation's value."""
        refused = self.refused[:REFUSAL_CHARACTERS]
        return json.dumps({"wanted": self.wanted, "refused": refused}, ensure_ascii=False)

    @classmethod
    def read(cls, text: object) -> Executors | None:
        """Read the annotation; None if it is absent or none, since any process could write it."""
        if not isinstance(text, str):
            return None
        try:
            body = json.loads(text)
        except (ValueError, RecursionError):
            return None
        if not isinstance(body, dict):
            return None
        wanted, refused = body.get("wanted"), body.get("refused") or ""
        if not isinstance(wanted, int) or isinstance(wanted, bool) or wanted < 0:
            return None
        return cls(wanted, str(refused)[:REFUSAL_CHARACTERS])
