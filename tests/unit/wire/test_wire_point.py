from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swirl.wire.point import MalformedRecord, Point, Record, decode, encode

SOURCE = "ads/ModelServer/sentiment"


def record(**changes: Any) -> bytes:
    body = {"v": 1, "source": SOURCE, "points": [{"n": "clicks", "t": 5, "v": 1.5}]} | changes
    return json.dumps(body).encode()


def point(**changes: Any) -> bytes:
    return record(points=[{"n": "clicks", "t": 5, "v": 1.5} | changes])


def test_wire_format() -> None:
    data = encode(SOURCE, [Point("predictions", 1700000000000, 12.0, {"label": "positive"})])
    assert data == (
        b'{"v":1,"source":"ads/ModelServer/sentiment","points":'
        b'[{"n":"predictions","t":1700000000000,"v":12.0,"l":{"label":"positive"}}]}'
    )


@given(
    st.lists(
        st.builds(
            Point,
            st.text(min_size=1),
            st.integers(),
            st.floats(allow_nan=False, allow_infinity=False),
            st.dictionaries(st.text(), st.text()),
        )
    )
)
def test_decode_undoes_encode(points: list[Point]) -> None:
    assert decode(encode(SOURCE, points)) == Record(SOURCE, tuple(points))


def test_unknown_fields_are_ignored() -> None:
    expected = Record(SOURCE, (Point("clicks", 5, 1.5),))
    assert decode(record(later=[1])) == expected
    assert decode(point(x={"y": 1})) == expected


def test_integers_are_readings_too() -> None:
    assert decode(point(v=3)).points[0].value == 3.0


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "must be a JSON object, got list"),
        (record(v=2), "version v=2, this reader knows 1"),
        (record(v=True), "version v=True"),
        (record(source=""), "source must be a non-empty string"),
        (record(source=None), "source must be a non-empty string, got nothing"),
        (record(points={}), "points must be a list, got object"),
        (record(points=["x"]), r"points\[0\] must be an object, got string"),
        (point(n=3), r"points\[0\]\.n must be a non-empty string, got number"),
        (point(t=1.5), r"points\[0\]\.t must be epoch milliseconds"),
        (point(t=True), r"points\[0\]\.t must be epoch milliseconds, got boolean"),
        (point(v="1"), r"points\[0\]\.v must be a number, got string"),
        (point(v=True), r"points\[0\]\.v must be a number, got boolean"),
        (point(v=float("nan")), "holds NaN, which is not JSON"),
        (point(v=float("inf")), "holds Infinity"),
        (point(v=10**400), r"points\[0\]\.v is out of range"),
        (b'{"v":1,"source":"s","points":[{"n":"a","t":1,"v":1e999}]}', "out of range"),
        (point(l=["x"]), r"points\[0\]\.l must be an object"),
        (point(l={"a": 1}), r"points\[0\]\.l\['a'\] must be a string, got number"),
    ],
)
def test_malformed_records_say_what_is_wrong(data: bytes, complaint: str) -> None:
    with pytest.raises(MalformedRecord, match=complaint):
        decode(data)


@given(st.binary() | st.text())
def test_nothing_else_escapes_decode(data: bytes | str) -> None:
    with pytest.raises(MalformedRecord):
        decode(data)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_encode_refuses_what_json_cannot_hold(value: float) -> None:
    with pytest.raises(ValueError, match="'clicks' must be finite"):
        encode(SOURCE, [Point("clicks", 1, value)])
