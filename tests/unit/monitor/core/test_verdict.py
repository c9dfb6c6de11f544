"""The verdict on the wire is what the API's model of the status expects."""

from __future__ import annotations

import json

from swirl.api.v1alpha1.swirlmonitor import Verdict as WireVerdict
from swirl.monitor.core.engine import Engine
from swirl.monitor.core.verdict import rfc3339
from tests.support.sim.simulator import NAMESPACE, Fault, change, make_spec, run, simulate


def test_every_verdict_of_a_story_is_valid_in_the_api() -> None:
    log = simulate(1, 500, [Fault("model-bug", 300, 400)]) + change(298) + change(150)
    said = run(Engine(make_spec(), NAMESPACE), log)
    assert {verdict.state for _, verdict in said} == {"Learning", "Healthy", "Broken"}
    for _, verdict in said:
        body = verdict.to_dict()
        wire = WireVerdict.model_validate(body).model_dump(by_alias=True, exclude_none=True)
        assert wire == body
        assert "null" not in json.dumps(body)


def test_numbers_are_text() -> None:
    said = run(Engine(make_spec(), NAMESPACE), simulate(1, 400, [Fault("data", 300)]))
    for item in said[-1][1].to_dict()["evidence"]:
        assert all(isinstance(value, str) for value in item.values())


def test_times_are_whole_seconds_of_utc() -> None:
    assert rfc3339(1_700_000_000_999) == "2023-11-14T22:13:20Z"
