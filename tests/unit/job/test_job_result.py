from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from swirl.job.result import ResultNotSerializable, to_json


@dataclass
class Report:
    day: date
    value: float


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ({"a": [1, 2.5, None]}, {"a": [1, 2.5, None]}),
        (Report(date(2026, 1, 2), math.nan), {"day": "2026-01-02", "value": None}),
    ],
)
def test_results_as_json(result: Any, expected: Any) -> None:
    assert json.loads(to_json("function", result)) == expected


def test_results_of_numpy() -> None:
    import numpy

    result = {"mean": numpy.float64(1.5), "rows": numpy.int64(3), "all": numpy.array([1, 2])}
    assert json.loads(to_json("function", result)) == {"mean": 1.5, "rows": 3, "all": [1, 2]}


@pytest.mark.parametrize("result", [object(), {"a": object()}, lambda: 1])
def test_results_without_a_json_form(result: Any) -> None:
    with pytest.raises(ResultNotSerializable, match="has no JSON form"):
        to_json("function", result)
