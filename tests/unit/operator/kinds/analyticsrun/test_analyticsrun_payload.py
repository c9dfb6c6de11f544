from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swirl_operator.kinds.analyticsrun.payload import outputs, payload_of
from tests.unit.operator.kinds.checks import schema_errors

MODEL = {"name": "sentiment", "uri": "file:///models/a", "digest": "sha256:ab"}


@pytest.mark.parametrize("text", [None, "", "Killed", "[1]", "{", "[" * 4096, 7])
def test_anything_that_is_no_object_is_an_empty_one(text: Any) -> None:
    assert payload_of(text) == {}


def test_numbers_that_json_cannot_carry_become_text() -> None:
    found = payload_of('{"a": NaN, "b": -Infinity, "c": 1e999, "d": %s, "e": 1.5}' % ("9" * 400))
    assert found["a"] == "NaN"
    assert found["b"] == "-Infinity"
    assert found["c"] == "1e999"
    assert found["d"] == "9" * 400
    assert found["e"] == 1.5
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_what_is_valid_is_kept() -> None:
    whole = {
        "models": [MODEL],
        "metrics": {"accuracy": "0.71"},
        "result": {"rows": 3},
        "resultURI": "file:///results/1",
    }
    assert outputs({**whole, "outcome": "Succeeded"}) == whole
    assert outputs({}) == {}


def test_what_is_falsy_is_a_result_and_null_is_none() -> None:
    assert outputs({"result": 0}) == {"result": 0}
    assert outputs({"result": None}) == {}


@pytest.mark.parametrize(
    "bad", [None, "text", {"name": "x"}, {**MODEL, "uri": 3}, {**MODEL, "digest": "d" * 81}]
)
def test_a_model_that_does_not_fit_is_left_out_and_the_others_stay(bad: Any) -> None:
    assert outputs({"models": [bad, MODEL]}) == {"models": [MODEL]}


def test_fields_of_a_model_that_nobody_knows_are_dropped() -> None:
    assert outputs({"models": [{**MODEL, "colour": "red"}]}) == {"models": [MODEL]}


def test_of_two_models_of_one_name_the_last_one_counts() -> None:
    later = {**MODEL, "uri": "file:///models/b"}
    assert outputs({"models": [MODEL, later]}) == {"models": [later]}


def test_metrics_are_text() -> None:
    given = {"a": 1, "b": 0.5, "c": [1], "d": None, "e": "x" * 100}
    assert outputs({"metrics": given}) == {"metrics": {"a": "1", "b": "0.5", "e": "x" * 64}}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=80),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(("name", "uri", "digest", "x")), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(st.fixed_dictionaries(dict.fromkeys(("models", "metrics", "result", "resultURI"), JSON)))
def test_no_report_whatever_makes_a_status_that_is_refused(report: dict[str, Any]) -> None:
    found = outputs(payload_of(json.dumps(report)))
    assert schema_errors("AnalyticsRun", "status", found) == []
    json.dumps(found, allow_nan=False)
