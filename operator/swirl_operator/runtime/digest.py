"""Short names for versions of a spec."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def short_digest(value: Any) -> str:
    """Eight hex digits that are equal for equal JSON values, whatever the order of their keys."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:8]
