"""Quantities, as Kubernetes reads them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from swirl_operator.pods.quantity import amount, canonical, mebibytes


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("500m", "0.5"),
        ("1", "1"),
        (1, "1"),
        (0.1, "0.1"),
        (".5", "0.5"),
        ("1.5Gi", "1610612736"),
        ("2G", "2000000000"),
        ("3k", "3000"),
        ("2Ki", "2048"),
        ("1e3", "1000"),
        ("1E3", "1000"),
        ("2E", "2000000000000000000"),
        ("1Ei", str(2**60)),
        ("1u", "0.000001"),
        ("1n", "0.000000001"),
    ],
)
def test_amounts(text: str | int | float, value: str) -> None:
    assert amount(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "Mi", "1 Gi", "1gi", "one", "1Kib", "1e", "--1", "1.2.3"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no quantity"):
        amount(text)


@pytest.mark.parametrize(
    ("text", "value"), [("700Mi", 700), ("2Gi", 2048), ("2G", 1908), ("1", 1), ("1.5Gi", 1536)]
)
def test_mebibytes_are_rounded_up(text: str, value: int) -> None:
    assert mebibytes(text) == value


def test_what_means_the_same_has_one_text() -> None:
    assert {canonical(text) for text in ("1Gi", "1024Mi", "1073741824", 2**30)} == {"1073741824"}
    assert {canonical(text) for text in ("500m", "0.5", 0.5, "0.50")} == {"0.5"}
