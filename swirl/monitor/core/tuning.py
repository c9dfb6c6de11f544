"""What `spec.detection` means to the engine, in its own units."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

from swirl.api.v1alpha1.swirlmonitor import Detection

_LEAST_SENSITIVITY = 0.1


@dataclass(frozen=True, slots=True)
class Tuning:
    """How anomalies are found.

    Attributes:
        window_ms: length of a tumbling window of event time.
        lateness_ms: how long after its end a window waits for points.
        learn_windows: complete windows from which bands are first learned.
        persist_windows: windows in a row that a metric must be outside its band.
        exonerate_windows: healthy windows after a change that clear it.
        sensitivity: half width of a band in robust standard deviations.
        relative_width: half width of a band, at least, as a fraction of what is normal.
        suspect_ms: how long before a fault a change may have been made and still be its cause.
        band_windows: healthy windows that a band is drawn from.
        history_ms: how much healthy time an engine has to see to know all that it would remember.
        forget_ms: after how long a change is of no interest any more.
    """

    window_ms: int
    lateness_ms: int
    learn_windows: int
    persist_windows: int
    exonerate_windows: int
    sensitivity: float
    relative_width: float
    suspect_ms: int
    band_windows: int
    history_ms: int
    forget_ms: int

    @classmethod
    def of(cls, detection: Detection) -> Self:
        """Translate what the user asked for.

        Raises:
            ValueError: the sensitivity is too small, or too great for a number.
        """
        sensitivity = float(detection.sensitivity)
        if not _LEAST_SENSITIVITY <= sensitivity < math.inf:
            raise ValueError(
                f"detection.sensitivity must be at least {_LEAST_SENSITIVITY:g}, "
                f"not {detection.sensitivity}"
            )
        lookback_ms = detection.lookback_seconds * 1000
        return cls(
            window_ms=detection.window_seconds * 1000,
            lateness_ms=detection.lateness_seconds * 1000,
            learn_windows=detection.learn_windows,
            persist_windows=detection.persist_windows,
            exonerate_windows=detection.exonerate_windows,
            sensitivity=sensitivity,
            relative_width=detection.min_relative_width_percent / 100,
            suspect_ms=lookback_ms,
            band_windows=max(
                detection.lookback_seconds // detection.window_seconds, detection.learn_windows
            ),
            history_ms=2 * lookback_ms,
            forget_ms=3 * lookback_ms,
        )
