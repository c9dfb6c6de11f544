"""The learned band: what is normal, and what is not."""

from __future__ import annotations

import numpy as np
import pytest

from swirl.monitor.core.band import HIGH, LOW, Band, BandLearner
from swirl.monitor.core.samples import Sample

SECONDS = 15.0


def learned(values: list[float], exposure: float = SECONDS, *, counts: bool = True) -> Band:
    learner = BandLearner(1000, 0, 3, 6.0, 0.3)
    learner.start([Sample(value, exposure, counts) for value in values])
    assert learner.band is not None
    return learner.band


def rate(value: float) -> Sample:
    return Sample(value, SECONDS, True)


def poisson(mean: float, windows: int = 60, seed: int = 1) -> list[float]:
    drawn = np.random.default_rng(seed).poisson(mean * SECONDS, windows)
    return [float(count) / SECONDS for count in drawn]


def test_is_never_narrower_than_the_relative_width() -> None:
    low, high = learned([100.0] * 20, 0, counts=False).edges(Sample(100.0))
    assert (low, high) == pytest.approx((70.0, 130.0))


@pytest.mark.parametrize("mean", [0.5, 3, 20, 500])
def test_counting_noise_stays_inside_for_a_day(mean: float) -> None:
    band = learned(poisson(mean, 12))
    low, high = band.edges(rate(mean))
    day = np.random.default_rng(2).poisson(mean * SECONDS, 17_280) / SECONDS
    assert low <= day.min()
    assert day.max() <= high


@pytest.mark.parametrize(("mean", "seen"), [(0.5, 4.0), (10, 40), (10, 1), (2000, 1000)])
def test_real_shifts_are_outside(mean: float, seen: float) -> None:
    assert learned(poisson(mean)).direction(rate(seen)) == (HIGH if seen > mean else LOW)


def test_never_an_event_so_far_allows_a_few_but_not_many() -> None:
    band = learned([0.0] * 30)
    assert band.direction(rate(3 / SECONDS)) is None
    assert band.direction(rate(20 / SECONDS)) == HIGH


def test_a_drop_to_nothing_is_seen_however_noisy_the_metric() -> None:
    rng = np.random.default_rng(3)
    noisy = [float(v) for v in rng.lognormal(7, 0.4, 120)]
    band = learned(noisy)
    assert all(band.direction(rate(value)) is None for value in noisy)
    assert band.direction(rate(0.0)) == LOW
    assert band.direction(rate(10.0)) == LOW


def test_zero_is_no_news_where_it_comes_by_chance() -> None:
    band = learned(poisson(0.5))
    assert band.direction(rate(0.0)) is None


def test_one_wild_window_does_not_widen_it() -> None:
    calm = learned([100.0] * 40).edges(rate(100.0))
    wild = learned([100.0] * 40 + [1e6]).edges(rate(100.0))
    assert wild == pytest.approx(calm)


def test_two_levels_in_turn_are_both_normal() -> None:
    band = learned([10.0, 10.0, 20.0] * 20, 0, counts=False)
    assert band.direction(Sample(20.0)) is None
    assert band.direction(Sample(10.0)) is None


def test_a_ratio_of_few_is_judged_mildly() -> None:
    band = learned([0.8] * 30, 500.0)
    assert band.direction(Sample(0.5, 500.0, True), ratio=True) == LOW
    assert band.direction(Sample(0.5, 8.0, True), ratio=True) is None
    assert band.edges(Sample(0.8, 500.0, True), ratio=True)[1] == 1.0


def test_negative_values_are_judged_by_distance() -> None:
    band = learned([-10.0, -9.0, -11.0] * 10, 0, counts=False)
    low, high = band.edges(Sample(-10.0))
    assert low < -13 < -7 < high
    assert band.direction(Sample(10.0)) == HIGH
    assert band.direction(Sample(-60.0)) == LOW


def test_a_gauge_may_move_by_a_step() -> None:
    steps = BandLearner(1_000, 0, 3, 6.0, 0.3)
    steps.start([Sample(2.0, whole=True)] * 30)
    band = steps.band
    assert band is not None
    for near in (1.0, 2.5, 3.0, 5.0):
        assert band.direction(Sample(near, whole=near.is_integer())) is (
            None if near.is_integer() or near == 2.5 else HIGH
        )
    assert band.direction(Sample(10.0, whole=True)) == HIGH
    assert band.direction(Sample(0.0, whole=True)) == LOW


def test_a_reading_that_happens_to_be_whole_is_no_integer() -> None:
    steps = BandLearner(1_000, 0, 3, 6.0, 0.3)
    steps.start([Sample(1.0, whole=True)] * 30)
    assert steps.band is not None
    assert steps.band.direction(Sample(0.5, whole=False)) == LOW


def test_mostly_zero_and_now_and_then_some_has_a_finite_band() -> None:
    band = learned([0.0] * 50 + [0.5, 0.4, 0.6, 0.5, 0.4, 0.6, 0.5, 0.5])
    assert band.median == 0
    assert band.sigma > 0
    assert band.direction(rate(0.5)) is None
    assert band.direction(rate(20.0)) == HIGH


def test_no_value_is_neither_high_nor_low() -> None:
    assert learned([1.0] * 10).direction(Sample(None)) is None


def test_waits_before_it_learns_and_can_forget_what_waits() -> None:
    learner = BandLearner(100, 3, 3, 6.0, 0.3)
    learner.start([rate(10.0)] * 5)
    for index in range(4):
        learner.learn(index, rate(99.0))
    assert len(learner) == 6
    learner.forget_waiting()
    learner.learn(10, rate(10.0))
    assert len(learner) == 6


def test_follows_slowly_and_only_remembers_so_much() -> None:
    learner = BandLearner(20, 0, 3, 6.0, 0.3)
    learner.start([rate(10.0)] * 20)
    for index in range(6, 30):
        learner.learn(index, rate(12.0))
    assert len(learner) == 20
    assert learner.band is not None
    assert learner.band.median == 12.0


def test_has_no_band_before_it_knows_enough() -> None:
    learner = BandLearner(20, 0, 3, 6.0, 0.3)
    learner.learn(0, rate(1.0))
    learner.learn(1, rate(1.0))
    assert learner.band is None
    learner.learn(2, rate(1.0))
    assert learner.band is not None
