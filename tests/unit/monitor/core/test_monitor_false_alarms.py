"""Days on which nothing happens."""

from __future__ import annotations

import pytest

from swirl.monitor.core.engine import Engine
from tests.support.sim.simulator import NAMESPACE, Pipeline, change, make_spec, named, run, simulate
from tests.support.soak import chosen

DAY = 86_400
DAYS = [(1, 5, 0.1), (2, 100, 0.005), (3, 2_000, 0.05)]


@pytest.mark.soak
@pytest.mark.parametrize(("seed", "rows", "bad_share"), chosen(DAYS[:1], DAYS))
def test_a_healthy_day_with_its_swing_gives_no_verdict(
    seed: int, rows: float, bad_share: float
) -> None:
    pipeline = Pipeline(rows=rows, bad_share=bad_share, swing=0.5, batch_seconds=5)
    engine = Engine(make_spec(), NAMESPACE)
    log = simulate(seed, DAY, pipeline=pipeline, batch=5)
    for hour in range(1, 24):
        log += change(hour * 3600) + change(hour * 3600 + 60, "AnalyticsJob", "prepare-rows")
    assert named(run(engine, log, tick=5)) == []
    assert engine.windows_closed > 17_000
    assert engine.state == "Healthy"


def test_lost_and_late_deliveries_are_no_fault() -> None:
    engine = Engine(make_spec(), NAMESPACE)
    pipeline = Pipeline(rows=100, batch_seconds=4)
    assert (
        named(run(engine, simulate(5, DAY // 4, pipeline=pipeline, lost=0.01, delay=6), tick=5))
        == []
    )
    assert engine.windows.late > 100
