from __future__ import annotations

import json
from typing import Any

import pytest

from swirl.wire.run import (
    MOST_INLINE_BYTES,
    InvalidRunSpec,
    RunRef,
    RunSpec,
    json_bytes,
    parameters_of,
)

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


def items(size: int) -> dict[str, Any]:
    """Parameters of so many bytes as JSON."""
    text = "x" * (size - len('{"items":""}'))
    assert json_bytes({"items": text}) == size
    return {"items": text}


def test_parameters_up_to_the_bound_are_in_the_variable() -> None:
    run = parse(parameters=items(MOST_INLINE_BYTES))
    assert RunSpec.from_json(run.to_json()) == run


def test_longer_ones_are_left_out_and_said_to_be_elsewhere() -> None:
    text = parse(parameters=items(MOST_INLINE_BYTES + 1)).to_json()
    assert len(text) < 500, "a variable holds 128 KiB"
    told = RunSpec.from_json(text)
    assert (told.stored, told.parameters) == (True, {})
    assert told.to_json() == text


def test_bytes_are_those_of_utf_8() -> None:
    assert json_bytes({"ö": "…"}) == len('{"":""}') + 2 + 3


def test_parameters_of_a_run_win_name_by_name() -> None:
    job_spec = {"parameters": {"a": 1, "b": [1]}}
    assert parameters_of({"spec": {}}, job_spec) == {"a": 1, "b": [1]}
    assert parameters_of({"spec": {"parameters": {"b": 2}}}, job_spec) == {"a": 1, "b": 2}
    assert parameters_of({"spec": {"parameters": {"b": 2}}}, {}) == {"b": 2}
