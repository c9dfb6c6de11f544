"""Tells Kafka once a second what was predicted, so that monitors need not scrape anything.

Zeros are sent too: a label that nobody gets is a fact, a scorer that says nothing is a fault.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Protocol

from swirl.scorer.stats import Stats

logger = logging.getLogger(__name__)

INTERVAL_SECONDS = 1.0
_CLOSE_SECONDS = 2.0


class Sink(Protocol):
    """What is used of `swirl.metrics.Emitter`."""

    def emit(self, name: str, value: float, labels: Mapping[str, str] | None = None) -> None:
        """Queue a point without blocking."""

    def close(self, timeout: float = ...) -> bool:
        """Send what is queued."""


class Reporter:
    """Turns running totals into deltas of one model."""

    def __init__(self, stats: Stats, sink: Sink, *, model: str, version: str) -> None:
        self._stats = stats
        self._sink = sink
        self._about = {"model": model, "version": version}
        self._seen: dict[str, int] = {}

    def report(self) -> None:
        """Send what happened since the last call."""
        for label, total in list(self._stats.predictions.items()):
            labels = {**self._about, "label": label} if label else self._about
            self._sink.emit("predictions", self._delta(f"label {label}", total), labels)
        self._sink.emit(
            "prediction_requests", self._delta("requests", self._stats.total), self._about
        )
        self._sink.emit("prediction_errors", self._delta("errors", self._stats.errors), self._about)

    async def run(self) -> None:
        """Report every second until cancelled; then once more, and let the sink flush."""
        failing = False
        try:
            while True:
                await asyncio.sleep(INTERVAL_SECONDS)
                try:
                    self.report()
                    failing = False
                except Exception:
                    # Scoring goes on without metrics; saying so once is enough.
                    if not failing:
                        logger.exception("metrics cannot be sent")
                    failing = True
        finally:
            self.report()
            await asyncio.to_thread(self._sink.close, _CLOSE_SECONDS)

    def _delta(self, key: str, total: int) -> float:
        delta = total - self._seen.get(key, 0)
        self._seen[key] = total
        return float(delta)
