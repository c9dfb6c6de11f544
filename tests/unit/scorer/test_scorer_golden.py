"""Golden rows: agreement is needed, disagreement is told exactly."""

from __future__ import annotations

from typing import Any

import pytest

from swirl.models import Golden
from swirl.scorer.errors import GoldenMismatch, StartError
from swirl.scorer.golden import agrees, replay
from swirl.scorer.model import ServedModel
from tests.support.spark_models import GOLDEN


def test_agreeing_rows(model: ServedModel) -> None:
    assert replay(model, GOLDEN) == 3


@pytest.mark.parametrize(
    ("row", "output", "message"),
    [
        (
            {"text": "bad"},
            {"predictedLabel": "positive"},
            "golden row 1, field 'predictedLabel': expected 'positive', got 'negative'",
        ),
        (
            {"text": "bad"},
            {"prediction": 1.1},
            r"golden row 1, field 'prediction': expected 1.1, got 1.0 \(tolerance 1e-06\)",
        ),
        ({"text": "bad"}, {"other": 1}, "field 'other': expected 1, got nothing"),
        ({"text": None}, {"prediction": 1.0}, "golden row 1: expected .* got an error: .*null"),
        ({}, {"prediction": 1.0}, "got an error: field 'text' is missing"),
    ],
)
def test_mismatch_names_everything(
    model: ServedModel, row: dict[str, Any], output: dict[str, Any], message: str
) -> None:
    golden = Golden([{"text": "good"}, row], [{"prediction": 0.0}, output])
    with pytest.raises(GoldenMismatch, match=message) as caught:
        replay(model, golden)
    assert caught.value.exit_code == 3


def test_no_rows_prove_nothing(model: ServedModel) -> None:
    with pytest.raises(StartError, match="no golden rows"):
        replay(model, Golden([], []))


@pytest.mark.parametrize(
    ("expected", "got", "same"),
    [
        (1.0, 1.0 + 5e-7, True),
        (1.0, 1.0 + 5e-6, False),
        (1e9, 1e9 + 100, True),
        (0.0, 5e-7, True),
        (float("nan"), float("nan"), True),
        (float("nan"), 0.0, False),
        (float("inf"), float("inf"), True),
        ([1.0, 2.0], [1.0, 2.0 + 1e-7], True),
        ([1.0], [1.0, 2.0], False),
        (True, 1, False),
        ("a", "a", True),
        (None, None, True),
        (None, 0.0, False),
        ("1", 1, False),
    ],
)
def test_agreement(expected: Any, got: Any, same: bool) -> None:
    assert agrees(expected, got, 1e-6) is same


def test_rows_that_expect_nothing_prove_nothing(model: ServedModel) -> None:
    with pytest.raises(StartError, match="golden row 0 expects no output"):
        replay(model, Golden([{"text": "good"}], [{}]))
