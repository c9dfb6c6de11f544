"""How far back an engine that starts has to read."""

from __future__ import annotations

import pytest

from swirl.api.v1alpha1.swirlmonitor import SwirlMonitorStatus, Verdict
from swirl.monitor.core.engine import Engine
from swirl.monitor.core.restart import read_from
from swirl.monitor.core.state import BROKEN, HEALTHY, State
from swirl.wire.times import Millis, millis_to_rfc3339
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

NOW, HISTORY = Millis(10_000_000), 1_800_000


def status(state: State, since: int | None, read_from: int | None) -> SwirlMonitorStatus:
    return SwirlMonitorStatus(
        verdict=Verdict(
            state=state,
            summary="…",
            since=None if since is None else millis_to_rfc3339(since),
        ),
        read_from=None if read_from is None else millis_to_rfc3339(read_from),
    )


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (None, NOW - HISTORY),
        (SwirlMonitorStatus(observed_generation=1), NOW - HISTORY),
        (status("Learning", None, 5_000), NOW - HISTORY),
        (status(HEALTHY, NOW - HISTORY, 5_000), NOW - HISTORY),
        (status(HEALTHY, NOW - HISTORY + 1_000, 5_000), 5_000),
        (status(HEALTHY, NOW - 60_000, NOW - 90_000), NOW - HISTORY),
        (status(HEALTHY, NOW - 60_000, None), NOW - HISTORY),
        (status(BROKEN, 6_000_000, 5_000), 5_000),
        (status(BROKEN, 6_000_000, None), 6_000_000 - HISTORY),
    ],
)
def test_reads_from_before_the_last_fault(before: SwirlMonitorStatus | None, expected: int) -> None:
    assert read_from(before, NOW, HISTORY) == expected


def test_a_restart_soon_after_a_fault_does_not_learn_the_fault() -> None:
    """A start half an hour back would lie within the fault, and take its end for a new one."""
    log = simulate(31, 5_400, [Fault("model-bug", 2_400, 4_200)]) + change(2_398)
    live = Engine(make_spec(), NAMESPACE, START)
    run(live, log)
    assert live.state == HEALTHY
    now = Millis(START + 5_400_000)
    left = SwirlMonitorStatus(verdict=live.verdict, read_from=millis_to_rfc3339(live.read_from))
    start = read_from(left, now, HISTORY)
    assert START < start < START + 2_400_000

    def again(begin: Millis) -> Engine:
        engine = Engine(make_spec(), NAMESPACE, begin)
        run(engine, [item for item in log if item.arrival >= begin])
        return engine

    assert again(Millis(now - HISTORY)).state == BROKEN
    restarted = again(start)
    assert (restarted.verdict, restarted.read_from) == (live.verdict, live.read_from)


def test_faults_in_quick_succession_are_read_from_before_the_first() -> None:
    faults = [Fault("data", 2_400, 2_700), Fault("data", 3_300, 3_600)]
    live = Engine(make_spec(), NAMESPACE, START)
    assert len(named(run(live, simulate(32, 4_000, faults)))) == 1
    assert live.read_from >= START + 2_400_000 - HISTORY
    assert live.read_from < START + 2_400_000
