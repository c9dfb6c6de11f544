from __future__ import annotations

import pytest

from swirl.models.datatypes import ALSO_ACCEPTED, DATATYPES, INTEGERS, json_type


def test_ranges_of_integers() -> None:
    assert INTEGERS["INT8"] == (-128, 127)
    assert INTEGERS["UINT64"] == (0, 2**64 - 1)


def test_what_is_also_accepted_is_a_datatype() -> None:
    assert {*ALSO_ACCEPTED, *(name for names in ALSO_ACCEPTED.values() for name in names)} <= set(
        DATATYPES
    )


@pytest.mark.parametrize(
    ("datatype", "name"),
    [("BYTES", "string"), ("BOOL", "boolean"), ("FP32", "number"), ("UINT8", "integer")],
)
def test_types_of_json_schema(datatype: str, name: str) -> None:
    assert json_type(datatype) == name
