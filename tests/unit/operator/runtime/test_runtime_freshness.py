"""A watch is alive when it delivers what is known to have happened."""

from __future__ import annotations

import pytest

from swirl.kube.resources import PODS
from swirl_operator.runtime.freshness import Freshness
from tests.unit.operator.runtime.fakes import obj


@pytest.fixture
def freshness() -> Freshness:
    return Freshness(grace=10.0)


def test_silence_is_not_staleness(freshness: Freshness) -> None:
    assert freshness.overdue(1e9) == {}


def test_a_known_change_must_come_within_the_grace_period(freshness: Freshness) -> None:
    freshness.expect(PODS, obj(version=5), 0.0)
    assert freshness.overdue(10.0) == {}
    assert freshness.overdue(12.0) == {"pods": 12.0}
    freshness.delivered(obj(version=5), 13.0)
    assert freshness.overdue(99.0) == {}


def test_a_newer_state_answers_for_the_older(freshness: Freshness) -> None:
    freshness.expect(PODS, obj(version=5), 0.0)
    freshness.delivered(obj(version=9), 1.0)
    assert freshness.overdue(99.0) == {}


def test_an_older_state_buys_time_only(freshness: Freshness) -> None:
    freshness.expect(PODS, obj(version=5), 0.0)
    freshness.expect(PODS, obj(version=8), 1.0)
    freshness.delivered(obj(version=5), 9.0)
    assert freshness.overdue(15.0) == {}
    assert freshness.overdue(20.0) == {"pods": 11.0}


def test_a_deletion_settles_everything(freshness: Freshness) -> None:
    freshness.expect(PODS, obj(version=5), 0.0)
    freshness.delivered(obj(version=1), 1.0, gone=True)
    freshness.expect(PODS, obj(uid="2", version=5), 0.0)
    freshness.forget(obj(uid="2"))
    assert freshness.overdue(99.0) == {}
