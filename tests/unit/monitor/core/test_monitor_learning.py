"""Learning: which windows count, and when it ends."""

from __future__ import annotations

import pytest

from swirl.api.v1alpha1.swirlmonitor import SwirlMonitorSpec
from swirl.monitor.core.learning import Learning
from swirl.monitor.core.samples import SPAN_WINDOWS, Sample
from swirl.monitor.core.tuning import Tuning
from tests.support.sim.simulator import make_spec

NEEDED = 12


def learning_of(spec: SwirlMonitorSpec) -> Learning:
    return Learning(spec.metrics, Tuning.of(spec.detection))


def samples(bad: float | None = 10.0, yes: float = 0.8, taps: float = 80.0) -> tuple[Sample, ...]:
    return Sample(bad, 15.0, True), Sample(yes, 3000.0, True), Sample(taps, 15.0, True)


def steps_until_done(values: list[tuple[Sample, ...]]) -> int | None:
    learning = learning_of(make_spec())
    for count, value in enumerate(values, 1):
        if learning.step(count, value):
            return count
    return None


def test_ends_after_enough_complete_windows() -> None:
    assert steps_until_done([samples()] * 40) == SPAN_WINDOWS + NEEDED


def test_incomplete_windows_do_not_count_and_the_missing_is_named() -> None:
    learning = learning_of(make_spec())
    for index in range(50):
        assert not learning.step(index, samples(bad=None))
    assert learning.missing == ("bad_rows",)


def test_a_starting_pipeline_is_not_yet_normal() -> None:
    rising = [samples(taps=float(i)) for i in range(12)]
    done = steps_until_done(rising + [samples()] * 40)
    assert done is not None
    assert done > SPAN_WINDOWS + NEEDED + 3


def test_a_pipeline_that_never_settles_is_taken_as_it_is() -> None:
    unsettled = [samples(yes=0.9 - 0.01 * i, taps=2.0**i) for i in range(60)]
    assert steps_until_done(unsettled) == SPAN_WINDOWS + 3 * NEEDED


def test_keeps_the_latest_windows() -> None:
    learning = learning_of(make_spec())
    index = 0
    while not learning.step(index, samples(bad=float(index))) and index < 100:
        index += 1
    assert len(learning.windows()) == NEEDED
    assert learning.windows()[-1] == index
    assert learning.samples(0)[-1].value == pytest.approx(index)
