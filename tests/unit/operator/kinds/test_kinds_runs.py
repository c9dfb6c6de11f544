"""Runs as the other kinds know them: name, version, outcome."""

from __future__ import annotations

from typing import Any

import pytest

from swirl_operator.kinds.runs import outcome_of, run_name, spec_hash
from swirl_operator.runtime.objects import condition_of
from tests.unit.operator.kinds.observed import JOB_SPEC, ended, merged, run


@pytest.mark.parametrize(
    "change",
    [
        {"image": "ads:2"},
        {"entryPoint": {"function": "ads.train_v2:train"}},
        {"parameters": {"max_iter": 5}},
        {"env": [{"name": "A", "value": "1"}]},
        {"spark": {"executor": {"instances": 2}}},
        {"serviceAccountName": "other"},
        {"timeoutSeconds": 60},
    ],
)
def test_what_a_run_depends_on_makes_a_version(change: dict[str, Any]) -> None:
    assert spec_hash(merged(JOB_SPEC, change)) != spec_hash(JOB_SPEC)


@pytest.mark.parametrize(
    "change",
    [
        {"suspend": True},
        {"retry": {"limit": 0}},
        {"successfulRunsHistoryLimit": 9},
        {"failedRunsHistoryLimit": 9},
    ],
)
def test_how_it_is_looked_after_does_not(change: dict[str, Any]) -> None:
    assert spec_hash(merged(JOB_SPEC, change)) == spec_hash(JOB_SPEC)


def test_the_order_of_keys_does_not_matter() -> None:
    assert spec_hash(dict(reversed(JOB_SPEC.items()))) == spec_hash(JOB_SPEC)


def test_the_runs_name_fits_and_tells_the_version() -> None:
    name = run_name("j" * 35, spec_hash(JOB_SPEC))
    assert len(name) == 44
    assert name.endswith(spec_hash(JOB_SPEC))


@pytest.mark.parametrize("outcome", ["Running", "Succeeded", "Failed", "Cancelled"])
def test_outcome(outcome: str) -> None:
    assert outcome_of(run(status=ended(outcome))) == outcome


def test_a_run_that_nobody_has_looked_at_runs() -> None:
    assert outcome_of(run(status=None)) == "Running"
    assert condition_of(run(), "Succeeded") is None
