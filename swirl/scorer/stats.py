"""Plain counters of one process. One event loop writes them, so they need no locks."""

from __future__ import annotations

from bisect import bisect_left

BOUNDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)
"""Upper edges of the latency histogram in seconds."""


class Stats:
    """Everything that metrics report, since the process started."""

    def __init__(self, labels: tuple[str, ...] = ()) -> None:
        self.requests: dict[tuple[str, int], int] = {}
        self.buckets = [0] * (len(BOUNDS) + 1)
        self.seconds = 0.0
        self.in_flight = 0
        # Known labels start at zero: silence and "none of these" must look different.
        self.predictions: dict[str, int] = dict.fromkeys(labels, 0)

    def observe(self, endpoint: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        key = (endpoint, status)
        self.requests[key] = self.requests.get(key, 0) + 1
        self.buckets[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds

    def predicted(self, label: str) -> None:
        """Count one scored row."""
        self.predictions[label] = self.predictions.get(label, 0) + 1

    @property
    def total(self) -> int:
        """How many requests were answered, whatever the answer."""
        return sum(self.requests.values())

    @property
    def errors(self) -> int:
        """How many requests were answered with 400 or above."""
        return sum(n for (_, status), n in self.requests.items() if status >= 400)
