from __future__ import annotations

import json
from typing import Any

import pytest

from swirl.wire.run import InvalidRunSpec, RunRef, RunSpec

BODY = {
    "namespace": "ads",
    "job": "train",
    "name": "train-1",
    "attempt": 2,
    "mode": "Batch",
    "function": "ads.train:train",
    "parameters": {"n": 1},
    "artifacts": "file:///data",
}


def parse(**changes: Any) -> RunSpec:
    return RunSpec.from_json(json.dumps(BODY | changes))


def test_both_ends_agree() -> None:
    run = parse(uid="u")
    assert run.parameters == {"n": 1}
    assert run.ref == RunRef("ads", "train", "train-1", 2, "u")
    assert RunSpec.from_json(run.to_json()) == run


def test_defaults() -> None:
    run = parse(parameters=None, later=1)
    assert run.parameters == {}
    assert run.uid == ""


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"job": ""}, "job must be a non-empty string"),
        ({"attempt": 0}, "attempt must be 1 or more"),
        ({"attempt": True}, "attempt must be 1 or more"),
        ({"mode": "Maybe"}, "mode must be Batch or Streaming"),
        ({"parameters": [1]}, "parameters must be an object"),
    ],
)
def test_errors_name_the_field(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InvalidRunSpec, match=complaint):
        parse(**changes)


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 100_000])
def test_no_object(text: str) -> None:
    with pytest.raises(InvalidRunSpec, match="JSON"):
        RunSpec.from_json(text)


def test_a_run_made_again_has_folders_of_its_own() -> None:
    first, second = (
        parse(uid=uid).ref.folder
        for uid in ("0f8fad5b-d9cb-469f-a165-70867728950e", "7c9e6679-7425-40de-944b-e07fc1f90ae7")
    )
    assert first != second
    assert first.endswith("-0f8fad5b")
