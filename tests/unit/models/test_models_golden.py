from __future__ import annotations

import pytest

from swirl.models import Golden


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
