from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swirl.wire.outcome import LIMIT_BYTES, ModelRef, Outcome

SMALL = Outcome(
    "Succeeded",
    "Succeeded",
    "done",
    models=[ModelRef("m", "file:///m", "sha256:1")],
    metrics={"accuracy": "0.71"},
    result='{"n":1}',
    result_uri=None,
)


def test_wire_shape() -> None:
    assert json.loads(SMALL.to_bytes()) == {
        "outcome": "Succeeded",
        "reason": "Succeeded",
        "message": "done",
        "models": [{"name": "m", "uri": "file:///m", "digest": "sha256:1"}],
        "metrics": {"accuracy": "0.71"},
        "result": {"n": 1},
    }
    assert json.loads(replace(SMALL, result=None, result_uri="u").to_bytes())["resultURI"] == "u"


def test_a_long_message_is_cut() -> None:
    message = json.loads(replace(SMALL, message="é" * 5000).to_bytes())["message"]
    assert message.endswith("é…")
    assert 900 < len(message.encode()) <= 1024


def test_models_and_the_result_outlive_metrics() -> None:
    big = replace(
        SMALL,
        message="x" * 900,
        metrics={f"metric_{i}": "0.123456789" for i in range(200)},
        result=json.dumps("r" * 900),
    )
    wire = json.loads(big.to_bytes())
    assert wire["models"] == [{"name": "m", "uri": "file:///m", "digest": "sha256:1"}]
    assert 50 < len(wire["metrics"]) < 200
    assert wire["result"] == "r" * 900
    assert "shortened" in wire["message"]


def test_models_outlive_the_result() -> None:
    models = [ModelRef(f"m{i}", "file:///" + "m" * 400, "sha256:1") for i in range(7)]
    wire = json.loads(replace(SMALL, models=models, result=json.dumps("r" * 900)).to_bytes())
    assert len(wire["models"]) == 7
    assert "result" not in wire
    assert wire["metrics"] == {}


TEXT = st.text(st.characters(exclude_categories=[]), max_size=3000)


@given(
    TEXT,
    st.lists(st.builds(ModelRef, TEXT, TEXT, TEXT), max_size=5),
    st.dictionaries(st.text(max_size=50), TEXT, max_size=5),
)
def test_it_always_fits_and_is_json(
    message: str, models: list[ModelRef], metrics: dict[str, str]
) -> None:
    data = Outcome("Failed", "Boom", message, models, metrics).to_bytes()
    assert len(data) <= LIMIT_BYTES
    assert json.loads(data)["reason"] == "Boom"


MODEL = {"name": "sentiment", "uri": "file:///models/a", "digest": "sha256:ab"}
REF = ModelRef("sentiment", "file:///models/a", "sha256:ab")


def read(**fields: Any) -> Outcome:
    found = Outcome.read(json.dumps({"outcome": "Succeeded", **fields}))
    assert found is not None
    return found


def test_both_ends_agree() -> None:
    assert Outcome.read(SMALL.to_bytes()) == replace(
        SMALL, models=tuple(SMALL.models), result='{"n": 1}'
    )
    failed = Outcome("Failed", "Boom", "why", result_uri="file:///r")
    assert Outcome.read(failed.to_bytes()) == failed


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "Killed",
        "[1]",
        "{",
        "{}",
        "[" * 100_000,
        7,
        '{"time": "2026-11-28T10:00:00Z", "level": "INFO", "message": "epoch 3"}',
    ],
)
def test_what_is_no_outcome(text: Any) -> None:
    assert Outcome.read(text) is None


def test_numbers_that_json_cannot_carry_become_text() -> None:
    values = '{"a": NaN, "b": -Infinity, "c": 1e999, "d": %s, "e": 1.5}' % ("9" * 400)
    found = Outcome.read(f'{{"result": {values}}}')
    assert found is not None
    assert found.result is not None
    assert json.loads(found.result) == {
        "a": "NaN",
        "b": "-Infinity",
        "c": "1e999",
        "d": "9" * 400,
        "e": 1.5,
    }


def test_what_is_falsy_is_a_result_and_null_is_none() -> None:
    assert read(result=0).result == "0"
    assert read(result=None).result is None


@pytest.mark.parametrize(
    "bad", [None, "text", {"name": "x"}, {**MODEL, "uri": 3}, {**MODEL, "digest": "d" * 81}]
)
def test_a_model_that_does_not_fit_is_left_out_and_the_others_stay(bad: Any) -> None:
    assert read(models=[bad, MODEL]).models == (REF,)


def test_of_two_models_of_one_name_the_last_one_counts() -> None:
    assert read(models=[MODEL, {**MODEL, "uri": "file:///b"}]).models == (
        replace(REF, uri="file:///b"),
    )


def test_metrics_are_text() -> None:
    given = {"a": 1, "b": 0.5, "c": [1], "d": None, "e": "x" * 100}
    assert read(metrics=given).metrics == {"a": "1", "b": "0.5", "e": "x" * 64}


def test_what_does_not_fit_the_status_is_left_out() -> None:
    assert read(resultURI="u" * 1025).result_uri is None
    assert len(read(models=[{**MODEL, "name": f"m{i}"} for i in range(40)]).models) == 32
    assert len(read(metrics={f"m{i}": "1" for i in range(99)}).metrics) == 64
