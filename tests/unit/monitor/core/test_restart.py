"""How far back an engine that starts has to read."""

from __future__ import annotations

import pytest

from swirl.monitor.core.engine import Engine
from swirl.monitor.core.restart import Told, read_from
from swirl.monitor.core.verdict import BROKEN, HEALTHY
from tests.support.sim.simulator import (
    NAMESPACE,
    START,
    Fault,
    change,
    make_spec,
    named,
    run,
    simulate,
)

NOW, HISTORY = 10_000_000, 1_800_000


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (None, NOW - HISTORY),
        (Told("Learning", None, 5_000), NOW - HISTORY),
        (Told(HEALTHY, NOW - HISTORY, 5_000), NOW - HISTORY),
        (Told(HEALTHY, NOW - HISTORY + 1, 5_000), 5_000),
        (Told(HEALTHY, NOW - 60_000, NOW - 90_000), NOW - HISTORY),
        (Told(HEALTHY, NOW - 60_000, None), NOW - HISTORY),
        (Told(BROKEN, 6_000_000, 5_000), 5_000),
        (Told(BROKEN, 6_000_000, None), 6_000_000 - HISTORY),
    ],
)
def test_reads_from_before_the_last_fault(told: Told | None, expected: int) -> None:
    assert read_from(told, NOW, HISTORY) == expected


def test_a_restart_soon_after_a_fault_does_not_learn_the_fault() -> None:
    """A start half an hour back would lie within the fault, and take its end for a new one."""
    log = simulate(31, 5_400, [Fault("model-bug", 2_400, 4_200)]) + change(2_398)
    live = Engine(make_spec(), NAMESPACE, START)
    run(live, log)
    assert live.state == HEALTHY
    now = START + 5_400_000
    history = make_spec().detection.history_ms
    start = read_from(Told(HEALTHY, live.verdict.since, live.read_from), now, history)
    assert START < start < START + 2_400_000

    def again(begin: int) -> Engine:
        engine = Engine(make_spec(), NAMESPACE, begin)
        run(engine, [item for item in log if item.arrival >= begin])
        return engine

    assert again(now - history).state == BROKEN
    restarted = again(start)
    assert (restarted.verdict, restarted.read_from) == (live.verdict, live.read_from)


def test_faults_in_quick_succession_are_read_from_before_the_first() -> None:
    faults = [Fault("data", 2_400, 2_700), Fault("data", 3_300, 3_600)]
    live = Engine(make_spec(), NAMESPACE, START)
    assert len(named(run(live, simulate(32, 4_000, faults)))) == 1
    assert START + 2_400_000 - make_spec().detection.history_ms <= live.read_from
    assert live.read_from < START + 2_400_000
