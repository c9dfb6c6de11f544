"""Quantities of memory."""

from __future__ import annotations

import pytest

from swirl_operator.pods.quantity import mebibytes


@pytest.mark.parametrize(("text", "value"), [("700Mi", 700), ("2Gi", 2048)])
def test_quantities(text: str, value: int) -> None:
    assert mebibytes(text) == value


@pytest.mark.parametrize("text", ["1", "1M", "1.5Gi", "", "Mi"])
def test_quantities_of_other_units_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"Mi|int"):
        mebibytes(text)
