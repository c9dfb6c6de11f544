"""What the engine says stands in the status as it is."""

from __future__ import annotations

import json
from typing import Any

from swirl.api.v1alpha1.swirlmonitor import Verdict
from swirl.monitor.core.engine import Engine
from tests.support.sim.simulator import NAMESPACE, Fault, change, make_spec, run, simulate


def on_the_wire(verdict: Verdict) -> dict[str, Any]:
    return verdict.model_dump(by_alias=True, exclude_none=True)


def test_every_verdict_of_a_story_is_read_as_it_was_written() -> None:
    log = simulate(1, 500, [Fault("model-bug", 300, 400)]) + change(298) + change(150)
    said = run(Engine(make_spec(), NAMESPACE), log)
    assert {verdict.state for _, verdict in said} == {"Learning", "Healthy", "Broken"}
    for _, verdict in said:
        text = json.dumps(on_the_wire(verdict))
        assert "null" not in text
        assert Verdict.model_validate(json.loads(text)) == verdict


def test_numbers_are_text() -> None:
    said = run(Engine(make_spec(), NAMESPACE), simulate(1, 400, [Fault("data", 300)]))
    for item in on_the_wire(said[-1][1])["evidence"]:
        assert all(isinstance(value, str) for value in item.values())


def test_a_version_longer_than_the_status_has_room_for_is_cut() -> None:
    versions = ("1" * 500, "2" * 500)
    log = simulate(1, 400, [Fault("model-bug", 300)]) + change(298, versions=versions)
    verdict = run(Engine(make_spec(), NAMESPACE), log)[-1][1]
    assert verdict.change is not None
    assert (verdict.change.from_version, verdict.change.to) == ("1" * 128, "2" * 128)
    assert verdict.target is not None
    assert verdict.target.version == "2" * 128
