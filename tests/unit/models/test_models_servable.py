from __future__ import annotations

import pytest

from swirl.models.errors import PublishError
from swirl.models.servable import (
    GOLDEN_MIN,
    check_golden_count,
    check_name,
    check_one_output_each,
    served_outputs,
)


@pytest.mark.parametrize("name", ["a", "Sentiment-2.1_b", "1"])
def test_names(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize("name", ["", "a/b", "..", "-a", "a b", "é"])
def test_names_that_no_path_can_hold(name: str) -> None:
    with pytest.raises(PublishError, match=r"model name .* letters, digits"):
        check_name(name)


def test_golden_rows_are_enough_to_prove_something() -> None:
    check_golden_count("m", GOLDEN_MIN)
    with pytest.raises(PublishError, match="golden_rows has 19 rows, at least 20 are needed"):
        check_golden_count("m", GOLDEN_MIN - 1)


def test_every_golden_row_has_an_answer() -> None:
    check_one_output_each("m", 20, 20, "look there")
    with pytest.raises(PublishError, match=r"returns 5 rows for 20 golden rows: .*; look there"):
        check_one_output_each("m", 20, 5, "look there")


def test_served_outputs_have_an_order_of_their_own() -> None:
    assert served_outputs("m", ["x", "probability", "prediction"]) == ["prediction", "probability"]
    with pytest.raises(PublishError, match=r"has none of the output columns prediction, .* x$"):
        served_outputs("m", ["x"])
