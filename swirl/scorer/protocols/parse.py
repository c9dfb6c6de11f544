"""What all protocols share: JSON in, and the outputs of every row."""

from __future__ import annotations

from typing import Any

import orjson

from swirl.scorer.errors import InputError

Outputs = list[dict[str, Any]]
"""For each row the model's outputs by name."""


def parse(body: bytes) -> Any:
    """Return the body as JSON.

    Raises:
        InputError: it is none; the message has the position of the fault.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InputError(f"the body is not JSON: {error}") from error
