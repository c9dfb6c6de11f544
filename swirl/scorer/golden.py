"""Replays the golden rows: proof that the model answers here as it did where it was trained."""

from __future__ import annotations

import math
from typing import Any

from swirl.models import Golden
from swirl.scorer.errors import GoldenMismatch, InputError, StartError
from swirl.scorer.model import ServedModel


def replay(model: ServedModel, golden: Golden) -> int:
    """Score every golden row; returns how many there were.

    Raises:
        GoldenMismatch: the model answers otherwise; the message names row, field, expected and got.
        StartError: there are no rows, or a row that expects nothing.
    """
    if not golden.inputs:
        raise StartError("the model has no golden rows, so nothing shows that it scores right")
    for index, (values, expected) in enumerate(zip(golden.inputs, golden.outputs, strict=True)):
        if not expected:
            raise StartError(f"golden row {index} expects no output, so it shows nothing")
        # Trainers may keep more in their rows than the model reads, the label for one.
        row = {name: value for name, value in values.items() if name in model.inputs.fields}
        try:
            got = model.answer(row)
        except InputError as error:
            raise GoldenMismatch(
                f"golden row {index}: expected {_short(expected)}, got an error: {error}"
            ) from error
        for field, value in expected.items():
            if field not in got or not agrees(value, got[field], golden.tolerance):
                raise GoldenMismatch(
                    f"golden row {index}, field {field!r}: expected {_short(value)}, "
                    f"got {_short(got[field]) if field in got else 'nothing'} "
                    f"(tolerance {golden.tolerance:g})"
                )
    return len(golden.inputs)


def agrees(expected: Any, got: Any, tolerance: float) -> bool:
    """Whether two outputs are the same: numbers within `tolerance`, absolutely or relatively."""
    if isinstance(expected, bool) or isinstance(got, bool):
        return expected is got
    if isinstance(expected, int | float) and isinstance(got, int | float):
        if math.isnan(expected) or math.isnan(got):
            return math.isnan(expected) and math.isnan(got)
        return expected == got or abs(expected - got) <= tolerance * max(1.0, abs(expected))
    if isinstance(expected, list) and isinstance(got, list):
        return len(expected) == len(got) and all(
            agrees(e, g, tolerance) for e, g in zip(expected, got, strict=True)
        )
    return bool(expected == got)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 200 else text[:199] + "…"
