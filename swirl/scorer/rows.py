"""The plain endpoint: one object in, one object out; a list in, a list out."""

from __future__ import annotations

from typing import Any

import orjson

from swirl.scorer.errors import InputError
from swirl.scorer.limits import check_row_count
from swirl.scorer.model import ServedModel

Outputs = list[dict[str, Any]]


def score_rows(model: ServedModel, body: bytes) -> tuple[bytes, Outputs]:
    """The response body and the outputs of every row. Raises RequestError."""
    request = parse(body)
    if not isinstance(request, list):
        output = model.answer(request)
        return orjson.dumps(output), [output]
    check_row_count(len(request))
    outputs = [model.answer(row, f"row {index}: ") for index, row in enumerate(request)]
    return orjson.dumps(outputs), outputs


def parse(body: bytes) -> Any:
    """The body as JSON. Raises InputError with the position of the fault."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InputError(f"the body is not JSON: {error}") from error
