"""Random pipelines with random faults: how often the engine is right."""

from __future__ import annotations

import pytest

from tests.support.sim.random_runs import random_runs
from tests.support.soak import chosen


@pytest.mark.soak
def test_at_least_ninety_nine_in_a_hundred_are_right() -> None:
    tally = random_runs(chosen(range(100), range(900)))
    assert tally.accuracy >= 0.99, tally.wrong
    assert tally.false_alarms == 0
    assert max(tally.windows) <= 12  # a minute
    assert len(tally.faults) == 7


@pytest.mark.soak
def test_ten_unrelated_releases_do_not_mislead() -> None:
    tally = random_runs(chosen(range(1_000, 1_030), range(1_000, 1_300)), decoys=10)
    assert tally.accuracy >= 0.98, tally.wrong
    assert tally.false_alarms == 0
