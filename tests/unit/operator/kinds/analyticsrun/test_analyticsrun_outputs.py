"""What a run produced, as its status says it."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from swirl.wire.outcome import Outcome
from swirl_operator.kinds.analyticsrun.outputs import outputs
from swirl_operator.runtime.interface import Object
from tests.unit.operator.kinds.checks import schema_errors

MODEL = {"name": "sentiment", "uri": "file:///models/a", "digest": "sha256:ab"}


def of(report: Any) -> Object:
    outcome = Outcome.read(json.dumps(report))
    return {} if outcome is None else outputs(outcome)


def test_what_is_there_is_written() -> None:
    whole = {
        "models": [MODEL],
        "metrics": {"accuracy": "0.71"},
        "result": {"rows": 3},
        "resultURI": "file:///results/1",
    }
    assert of({**whole, "outcome": "Succeeded"}) == whole
    assert of({"outcome": "Succeeded"}) == {}


def test_what_is_falsy_is_a_result_and_null_is_none() -> None:
    assert of({"result": 0}) == {"result": 0}
    assert of({"result": None}) == {}


def test_a_model_that_does_not_fit_is_left_out_and_the_others_stay() -> None:
    assert of({"models": [{**MODEL, "uri": 3}, MODEL]}) == {"models": [MODEL]}
    assert of({"models": [{**MODEL, "colour": "red"}]}) == {"models": [MODEL]}


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
    found = of(report)
    assert schema_errors("AnalyticsRun", "status", found) == []
    json.dumps(found, allow_nan=False)
