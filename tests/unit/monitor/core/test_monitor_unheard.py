"""Metrics of which no point has ever come."""

from __future__ import annotations

from swirl.monitor.core.spec import read_spec
from swirl.monitor.core.tuning import Tuning
from swirl.monitor.core.unheard import Unheard
from swirl.wire.times import Millis
from tests.support.sim.simulator import START, make_spec, spec_body

SPEC = make_spec()
TUNING = Tuning.of(SPEC.detection)
LEARNS = 80_000
"""Three windows of a span, twelve to learn from, five seconds each; five seconds of lateness."""


def unheard(start: int = 0) -> Unheard:
    return Unheard(SPEC.metrics, TUNING, Millis(start))


def test_all_are_waited_for_as_long_as_learning_takes() -> None:
    found = unheard()
    assert found.at(START) == ()
    assert found.at(Millis(START + LEARNS - 1)) == ()
    assert found.at(Millis(START + LEARNS)) == ("bad_rows", "yes_ratio", "taps")
    assert found.since == START


def test_the_others_wait_for_it_a_while_longer() -> None:
    found = unheard()
    found.at(START)
    lookback = SPEC.detection.lookback_seconds * 1000
    assert found.until == START + lookback
    assert found.given_up(Millis(START + lookback - 1)) == ()
    assert len(found.given_up(Millis(START + lookback))) == 3


def test_what_was_heard_once_is_not_missed() -> None:
    found = unheard()
    found.at(START)
    found.hear(["bad_rows", "taps"])
    assert found.at(Millis(START + LEARNS)) == ("yes_ratio",)


def test_time_counts_from_when_the_engine_began_not_from_the_log_s_beginning() -> None:
    found = unheard(START)
    born = START + TUNING.history_ms
    assert found.at(START) == ()
    assert found.at(Millis(born + LEARNS - 1)) == ()
    assert len(found.at(Millis(born + LEARNS))) == 3


def test_a_metric_whose_silence_is_ignored_may_never_come() -> None:
    body = spec_body()
    body["metrics"][0]["silence"] = "Ignored"
    found = Unheard(read_spec(body).metrics, TUNING, Millis(0))
    found.at(START)
    assert found.at(Millis(START + LEARNS)) == ("yes_ratio", "taps")
