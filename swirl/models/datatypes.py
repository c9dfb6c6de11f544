"""The datatypes of the Open Inference Protocol, in which every model says what it takes and gives.

A format maps its own types to these once, where it publishes; servers know these alone.
"""

from __future__ import annotations

INTEGERS = {
    f"{sign}INT{bits}": ((0, 2**bits - 1) if sign else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1))
    for sign in ("", "U")
    for bits in (8, 16, 32, 64)
}
"""Lowest and highest value by the name of the datatype."""

DATATYPES = ("BYTES", "BOOL", "FP64", "FP32", *INTEGERS)
"""Those that a model may have; `BYTES` is text."""

_SMALL_INTEGERS = ("INT8", "INT16", "INT32", "UINT8", "UINT16", "UINT32")

ALSO_ACCEPTED = {
    "FP64": ("FP32", "INT64", "UINT64", *_SMALL_INTEGERS),
    "FP32": ("FP64", *_SMALL_INTEGERS),
    "INT64": ("UINT64", *_SMALL_INTEGERS),
    "INT32": ("INT64", *_SMALL_INTEGERS),
}
"""What a caller may call its tensor instead: in JSON the values look the same, and each is checked
against the model's own datatype."""

_JSON_TYPES = {"BYTES": "string", "BOOL": "boolean", "FP32": "number", "FP64": "number"}


def json_type(datatype: str) -> str:
    """Return the type that JSON Schema has for a value."""
    return _JSON_TYPES.get(datatype, "integer")
