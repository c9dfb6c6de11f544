"""Checks values against the model's signature, before any stage sees them.

Every check costs a type test. Null is let through: whether a stage can live with it is the
stage's to say, as it is in Spark.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from swirl.models import Tensor
from swirl.models.datatypes import DATATYPES, INTEGERS
from swirl.scorer.errors import InputError

Convert = Callable[[Any], Any]
"""Value of a request to value of a row; raises TypeError or ValueError for what does not fit."""

_WORDS = {"BYTES": "a text", "BOOL": "true or false", "FP64": "a number", "FP32": "a number"}


@dataclass(frozen=True)
class Field:
    """One input: how to check it, and what to call it when the check fails."""

    name: str
    datatype: str
    width: int | None
    """Slots of a vector (-1: any number); None for a single value."""
    convert: Convert

    @property
    def expected(self) -> str:
        """What belongs here, for messages."""
        if self.datatype in INTEGERS:
            low, high = INTEGERS[self.datatype]
            single = f"an integer from {low} to {high}"
        else:
            single = _WORDS[self.datatype]
        if self.width is None:
            return f"{single} ({self.datatype})"
        count = "" if self.width < 0 else f"{self.width} "
        return f"a list of {count}items, each {single} ({self.datatype})"

    def check(self, value: Any, where: str = "") -> Any:
        """Return the value as the row carries it.

        Raises:
            InputError: it does not fit; the message names field and expectation.
        """
        try:
            return self.convert(value)
        except (TypeError, ValueError, OverflowError):
            raise InputError(
                f"{where}field {self.name!r} should be {self.expected}, is {describe(value)}"
            ) from None


class Inputs:
    """The inputs of one model.

    Raises:
        ValueError: the signature is not understood.
    """

    def __init__(self, inputs: Sequence[Tensor]) -> None:
        self.fields = {tensor.name: _field(tensor) for tensor in inputs}
        if len(self.fields) != len(inputs):
            raise ValueError("the signature names an input twice")
        self._checks = [(name, field.convert) for name, field in self.fields.items()]

    def check(self, row: Any, where: str = "") -> dict[str, Any]:
        """Return the row with converted values.

        Args:
            row: what a caller sent.
            where: goes in front of messages.

        Raises:
            InputError: it is no object, a field is missing or one too many, or a value is of a
                wrong type.
        """
        if not isinstance(row, dict):
            raise InputError(f"{where}a row should be an object, is {describe(row)}")
        out = {}
        for name, convert in self._checks:
            if name not in row:
                raise InputError(
                    f"{where}field {name!r} is missing; it should be {self.fields[name].expected}"
                )
            try:
                out[name] = convert(row[name])
            except (TypeError, ValueError, OverflowError):
                self.fields[name].check(row[name], where)
        if len(row) != len(out):
            raise InputError(where + self.unknown(row))
        return out

    def unknown(self, given: Mapping[str, Any]) -> str:
        """Return the message about fields that the model does not have."""
        extra = [repr(name) for name in given if name not in self.fields]
        return f"unknown field {', '.join(extra)}; the model takes {', '.join(self.fields)}"


def describe(value: Any) -> str:
    """Return a value for an error message: short, with its kind."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the text {value[:40]!r}" + ("…" if len(value) > 40 else "")
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return "an object" if isinstance(value, dict) else f"the number {value}"


def _field(tensor: Tensor) -> Field:
    single, width = _converter(tensor.datatype), tensor.width
    if width is None:
        return Field(tensor.name, tensor.datatype, None, _nullable(single))
    if tensor.shape is not None and len(tensor.shape) != 2:
        raise ValueError(
            f"input {tensor.name!r} has shape {list(tensor.shape)}; one row is a vector only"
        )
    return Field(tensor.name, tensor.datatype, width, _nullable(_vector(single, width)))


def _converter(datatype: str) -> Convert:
    if datatype in INTEGERS:
        low, high = INTEGERS[datatype]

        def integer(value: Any) -> int:
            if type(value) is not int or not low <= value <= high:
                raise TypeError
            return value

        return integer
    simple = {"BYTES": _text, "BOOL": _boolean, "FP64": _double, "FP32": _single}
    if datatype not in simple:
        raise ValueError(f"datatype {datatype!r} is none of {', '.join(DATATYPES)}")
    return simple[datatype]


def _text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError
    return value


def _boolean(value: Any) -> bool:
    if type(value) is not bool:
        raise TypeError
    return value


def _double(value: Any) -> float:
    if type(value) is float:
        return value
    if type(value) is not int:
        raise TypeError
    return float(value)


def _single(value: Any) -> float:
    # A float column of Spark holds 32 bits, and so did the model's training data.
    rounded: float = struct.unpack("<f", struct.pack("<f", _double(value)))[0]
    return rounded


def _nullable(convert: Convert) -> Convert:
    def nullable(value: Any) -> Any:
        return None if value is None else convert(value)

    return nullable


def _vector(single: Convert, width: int) -> Convert:
    def vector(value: Any) -> list[Any]:
        if not isinstance(value, list) or (width >= 0 and len(value) != width):
            raise TypeError
        return [single(item) for item in value]

    return vector
