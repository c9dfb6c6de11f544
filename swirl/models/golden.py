"""Golden rows: inputs of a model with the outputs its trainer saw, replayed before it serves."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Golden:
    """Rows to replay.

    Attributes:
        inputs: raw input rows, column name to JSON value.
        outputs: for each input row, output name to JSON value.
        tolerance: how far a number may be off, absolutely and relatively.
    """

    inputs: Sequence[Row]
    outputs: Sequence[Row]
    tolerance: float = 1e-6

    def __post_init__(self) -> None:
        if len(self.inputs) != len(self.outputs):
            raise ValueError(
                f"golden rows need one output per input, got {len(self.inputs)} inputs "
                f"and {len(self.outputs)} outputs"
            )

    def to_json(self) -> bytes:
        """Return the bytes of `golden.json`.

        Raises:
            ValueError: a number is NaN or infinite, which JSON cannot hold.
        """
        body = {
            "inputs": [dict(row) for row in self.inputs],
            "outputs": [dict(row) for row in self.outputs],
            "tolerance": self.tolerance,
        }
        return json.dumps(body, ensure_ascii=False, allow_nan=False).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Golden:
        """Read `golden.json`.

        Raises:
            ValueError: it is not what `to_json` writes.
        """
        try:
            body = json.loads(data)
        except RecursionError as error:
            raise ValueError("golden.json is nested too deeply") from error
        if not isinstance(body, dict):
            raise ValueError("golden.json must hold an object")
        inputs, outputs = body.get("inputs"), body.get("outputs")
        for name, rows in (("inputs", inputs), ("outputs", outputs)):
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise ValueError(f"golden.json: {name} must be a list of objects")
        tolerance = body.get("tolerance", 1e-6)
        if isinstance(tolerance, bool) or not isinstance(tolerance, int | float):
            raise ValueError(f"golden.json: tolerance must be a number, is {tolerance!r}")
        return cls(inputs or [], outputs or [], float(tolerance))
