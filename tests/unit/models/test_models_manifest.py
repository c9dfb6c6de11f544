from __future__ import annotations

import json
from typing import Any

import pytest

from swirl.models import Manifest, Signature, Tensor
from swirl.wire.run import RunRef


def manifest() -> Manifest:
    return Manifest(
        name="sentiment",
        format="spark-ml",
        created_at="2026-01-02T03:04:05Z",
        run=RunRef("ads", "train", "train-1", 2),
        signature=Signature(
            (Tensor("text", "BYTES"),),
            (Tensor("prediction", "FP64"), Tensor("probability", "FP64", (-1, 3))),
        ),
        metrics={"accuracy": 0.71},
    )


def body(**changes: Any) -> dict[str, Any]:
    wire: dict[str, Any] = json.loads(json.dumps(manifest().to_dict()))
    return wire | changes


def test_round_trip() -> None:
    assert Manifest.from_dict(body()) == manifest()


def test_wire_shape() -> None:
    wire = body()
    assert wire["run"] == {"namespace": "ads", "job": "train", "name": "train-1", "attempt": 2}
    assert wire["signature"]["outputs"] == [
        {"name": "prediction", "datatype": "FP64"},
        {"name": "probability", "datatype": "FP64", "shape": [-1, 3]},
    ]


def test_unknown_fields_are_ignored() -> None:
    assert Manifest.from_dict(body(later={"x": 1})) == manifest()


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        (body(run={}), "lacks or mistypes a field: 'namespace'"),
        (body(signature=3), "lacks or mistypes a field"),
        (body(metrics={"a": "x"}), "could not convert string to float"),
    ],
)
def test_refuses_what_it_cannot_trust(wrong: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Manifest.from_dict(wrong)


@pytest.mark.parametrize(
    ("shape", "width"), [(None, None), ((-1,), None), ((-1, 3), 3), ((-1, -1), -1)]
)
def test_width_of_a_row(shape: tuple[int, ...] | None, width: int | None) -> None:
    assert Tensor("x", "FP64", shape).width == width
