"""Runs as the other kinds know them: name, version, outcome."""

from __future__ import annotations

import pytest

from swirl_operator.kinds.analyticsjob.version import spec_hash
from swirl_operator.kinds.runs import outcome_of, run_name
from swirl_operator.runtime.objects import condition_of
from tests.unit.operator.kinds.observed import JOB_SPEC, ended, run


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
