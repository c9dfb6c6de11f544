"""The plain endpoint: one object in, one object out; a list in, a list out."""

from __future__ import annotations

import orjson

from swirl.scorer.limits import check_row_count
from swirl.scorer.model import ServedModel
from swirl.scorer.protocols.parse import Outputs, parse


def score_rows(model: ServedModel, body: bytes) -> tuple[bytes, Outputs]:
    """Return the response's body and the outputs of every row.

    Raises:
        RequestError: the body or a row cannot be scored.
    """
    request = parse(body)
    if not isinstance(request, list):
        output = model.answer(request)
        return orjson.dumps(output), [output]
    check_row_count(len(request))
    outputs = [model.answer(row, f"row {index}: ") for index, row in enumerate(request)]
    return orjson.dumps(outputs), outputs
