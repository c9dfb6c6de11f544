from __future__ import annotations

import json
from typing import Any

import pytest

from swirl.models import FileEntry, Golden, Manifest, Signature, Tensor
from swirl.models.manifest import digest
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
        files=(FileEntry("native/a", 3, "00"),),
        metrics={"accuracy": 0.71},
    )


def body(**changes: Any) -> bytes:
    return json.dumps(json.loads(manifest().to_json()) | changes).encode()


def test_round_trip() -> None:
    assert Manifest.from_json(manifest().to_json()) == manifest()


def test_wire_shape() -> None:
    wire = json.loads(manifest().to_json())
    assert wire["formatVersion"] == 1
    assert wire["run"] == {"namespace": "ads", "job": "train", "name": "train-1", "attempt": 2}
    assert wire["signature"]["outputs"] == [
        {"name": "prediction", "datatype": "FP64"},
        {"name": "probability", "datatype": "FP64", "shape": [-1, 3]},
    ]
    assert wire["files"] == [{"path": "native/a", "size": 3, "sha256": "00"}]


def test_unknown_fields_are_ignored() -> None:
    assert Manifest.from_json(body(later={"x": 1})) == manifest()


def test_equal_manifests_have_equal_digests() -> None:
    assert digest(manifest().to_json()) == digest(manifest().to_json())
    assert digest(b"").startswith("sha256:e3b0c442")


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"{", "Expecting"),
        (b"[]", "JSON object"),
        (body(formatVersion=2), "formatVersion 2, this version of Swirl reads 1"),
        (body(run={}), "lacks or mistypes a field: 'namespace'"),
        (body(files=[{"path": "../etc/x", "size": 1, "sha256": ""}]), "not inside the model"),
        (body(files=[{"path": "/etc/x", "size": 1, "sha256": ""}]), "not inside the model"),
        (body(files=3), "lacks or mistypes"),
    ],
)
def test_refuses_what_it_cannot_trust(data: bytes, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Manifest.from_json(data)


def test_golden_round_trip() -> None:
    golden = Golden([{"text": "ü"}], [{"prediction": 1.0}], 0.5)
    assert Golden.from_json(golden.to_json()) == golden


def test_golden_needs_an_output_per_input() -> None:
    with pytest.raises(ValueError, match="1 inputs and 0 outputs"):
        Golden([{"a": 1}], [])


def test_golden_refuses_nan() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        Golden([{"a": float("nan")}], [{}]).to_json()


@pytest.mark.parametrize("data", [b"[]", b'{"inputs":[1],"outputs":[2]}', b'{"inputs":[]}', b"x"])
def test_golden_refuses_other_json(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"golden\.json|Expecting"):
        Golden.from_json(data)
