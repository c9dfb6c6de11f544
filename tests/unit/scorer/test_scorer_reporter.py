"""What Kafka is told: deltas, zeros included, and never at the cost of scoring."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from swirl.scorer import reporter as module
from swirl.scorer.reporter import Reporter
from swirl.scorer.stats import Stats

Point = tuple[str, float, str | None]


class Recorder:
    """Stands in for Kafka that is away as well: `broken` makes every emit fail."""

    def __init__(self) -> None:
        self.points: list[Point] = []
        self.closed = False
        self.broken = False

    def emit(self, name: str, value: float, labels: Mapping[str, str] | None = None) -> None:
        if self.broken:
            raise RuntimeError("away")
        assert labels is not None
        assert (labels["model"], labels["version"]) == ("m", "v")
        self.points.append((name, value, labels.get("label")))

    def close(self, timeout: float = 5.0) -> bool:
        self.closed = True
        return True

    def take(self) -> list[Point]:
        points, self.points = self.points, []
        return points


def test_deltas_with_zeros() -> None:
    stats, sink = Stats(("yes", "no")), Recorder()
    reporter = Reporter(stats, sink, model="m", version="v")
    stats.predicted("yes")
    stats.predicted("yes")
    stats.observe("rows", 200, 0.001)
    stats.observe("rows", 400, 0.001)
    reporter.report()
    assert sink.take() == [
        ("predictions", 2.0, "yes"),
        ("predictions", 0.0, "no"),
        ("prediction_requests", 2.0, None),
        ("prediction_errors", 1.0, None),
    ]
    stats.predicted("no")
    reporter.report()
    assert sink.take() == [
        ("predictions", 0.0, "yes"),
        ("predictions", 1.0, "no"),
        ("prediction_requests", 0.0, None),
        ("prediction_errors", 0.0, None),
    ]


async def test_runs_until_cancelled_and_flushes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "INTERVAL_SECONDS", 0.01)
    stats, sink = Stats(("yes",)), Recorder()
    task = asyncio.create_task(Reporter(stats, sink, model="m", version="v").run())
    sink.broken = True
    await asyncio.sleep(0.05)
    assert not task.done()
    sink.broken = False
    stats.predicted("yes")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sink.closed
    assert sum(value for name, value, _ in sink.points if name == "predictions") == 1.0
