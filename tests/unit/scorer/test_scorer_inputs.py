"""Every way a row can differ from the signature gets a sentence that says how."""

from __future__ import annotations

from typing import Any

import pytest

from swirl.models import Tensor
from swirl.scorer.errors import InputError
from swirl.scorer.inputs import Inputs


def inputs(datatype: str, shape: tuple[int, ...] | None = None) -> Inputs:
    return Inputs([Tensor("x", datatype, shape)])


@pytest.mark.parametrize(
    ("datatype", "given", "kept"),
    [
        ("BYTES", "é", "é"),
        ("BYTES", None, None),
        ("FP64", 1, 1.0),
        ("FP64", 0.1, 0.1),
        ("FP32", 0.1, 0.10000000149011612),
        ("INT64", 2**63 - 1, 2**63 - 1),
        ("INT8", -128, -128),
        ("UINT8", 255, 255),
        ("BOOL", False, False),
    ],
)
def test_accepted(datatype: str, given: Any, kept: Any) -> None:
    value = inputs(datatype).check({"x": given})["x"]
    assert (value, type(value)) == (kept, type(kept))


@pytest.mark.parametrize(
    ("datatype", "given", "message"),
    [
        ("BYTES", 1, "field 'x' should be a text (BYTES), is the number 1"),
        ("FP64", "1", "field 'x' should be a number (FP64), is the text '1'"),
        ("FP64", True, "field 'x' should be a number (FP64), is true"),
        ("FP32", 1e300, "field 'x' should be a number (FP32), is the number 1e+300"),
        ("BOOL", 0, "field 'x' should be true or false (BOOL), is the number 0"),
        ("INT8", 128, "field 'x' should be an integer from -128 to 127 (INT8), is the number 128"),
        ("UINT8", -1, "field 'x' should be an integer from 0 to 255 (UINT8), is the number -1"),
        ("BYTES", {}, "field 'x' should be a text (BYTES), is an object"),
    ],
)
def test_refused(datatype: str, given: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        inputs(datatype).check({"x": given})
    assert (str(caught.value), caught.value.status) == (message, 400)


@pytest.mark.parametrize("given", [1.5, True, "1"])
def test_integers_are_not_guessed(given: Any) -> None:
    with pytest.raises(InputError, match="should be an integer"):
        inputs("INT64").check({"x": given})


def test_vectors() -> None:
    fixed = inputs("FP64", (-1, 2))
    assert fixed.check({"x": [1, 2.5]}) == {"x": [1.0, 2.5]}
    assert inputs("FP64", (-1, -1)).check({"x": []}) == {"x": []}
    for bad in ([1], 1.0, [1, "2"]):
        with pytest.raises(InputError, match="a list of 2 items, each a number"):
            fixed.check({"x": bad})


def test_missing_and_unknown_fields() -> None:
    both = Inputs([Tensor("a", "BYTES"), Tensor("b", "FP64")])
    with pytest.raises(InputError, match=r"^row 3: field 'b' is missing; .* a number \(FP64\)$"):
        both.check({"a": ""}, "row 3: ")
    with pytest.raises(InputError, match=r"^unknown field 'c', 'd'; the model takes a, b$"):
        both.check({"a": "", "b": 1, "c": 2, "d": 3})
    with pytest.raises(InputError, match="a row should be an object, is a list of 1"):
        both.check(["x"])


def test_signatures_that_make_no_sense() -> None:
    with pytest.raises(ValueError, match="datatype 'FP99'"):
        inputs("FP99")
    with pytest.raises(ValueError, match="one row is a vector only"):
        inputs("FP64", (-1, 2, 2))
    with pytest.raises(ValueError, match="twice"):
        Inputs([Tensor("a", "BYTES"), Tensor("a", "FP64")])
