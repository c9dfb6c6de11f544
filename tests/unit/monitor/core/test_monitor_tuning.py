"""What the user's knobs mean to the engine."""

from __future__ import annotations

import pytest

from swirl.api.v1alpha1.swirlmonitor import Detection
from swirl.monitor.core.tuning import Tuning


def test_in_the_engines_units() -> None:
    tuning = Tuning.of(Detection(window_seconds=10, sensitivity="4.5", lateness_seconds=3))
    assert (tuning.window_ms, tuning.lateness_ms) == (10_000, 3_000)
    assert (tuning.sensitivity, tuning.relative_width) == (4.5, 0.3)


def test_one_knob_says_how_far_back_everything_is_looked_at() -> None:
    tuning = Tuning.of(Detection(lookback_seconds=600))
    assert (tuning.suspect_ms, tuning.history_ms, tuning.forget_ms) == (
        600_000,
        1_200_000,
        1_800_000,
    )
    assert tuning.band_windows == 120


def test_a_band_is_drawn_from_no_fewer_windows_than_are_learned_from() -> None:
    assert Tuning.of(Detection(lookback_seconds=30, learn_windows=12)).band_windows == 12


@pytest.mark.parametrize("sensitivity", ["0", "0.09", "-6", "1e999"])
def test_a_sensitivity_that_means_nothing(sensitivity: str) -> None:
    with pytest.raises(ValueError, match=r"sensitivity must be at least 0\.1, not"):
        Tuning.of(Detection(sensitivity=sensitivity))
