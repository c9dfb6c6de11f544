"""What must not matter: the order of deliveries, repeats, restarts."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swirl.api.v1alpha1.swirlmonitor import Verdict
from swirl.monitor.core.engine import Engine
from swirl.wire.times import Millis
from tests.support.sim.simulator import (
    NAMESPACE,
    START,
    Delivery,
    Fault,
    change,
    make_spec,
    run,
    simulate,
)

STORIES = {
    "data": simulate(21, 360, [Fault("data", 250)], delay=0.2),
    "model-bug": simulate(22, 360, [Fault("model-bug", 250)], delay=0.2) + change(248, heard=0.1),
    "healthy": simulate(23, 300, delay=0.2) + change(200, heard=0.1),
}


def story(log: list[Delivery], until: float | None = None) -> list[Verdict]:
    return [verdict for _, verdict in run(Engine(make_spec(), NAMESPACE), log, until=until)]


END = 300.0
EXPECTED = {name: story(log, END) for name, log in STORIES.items()}


@settings(max_examples=25)
@given(st.sampled_from(sorted(STORIES)), st.integers(0, 2**32))
def test_delays_within_the_lateness_shuffles_and_repeats_change_nothing(
    name: str, seed: int
) -> None:
    chance = random.Random(seed)
    log = []
    for item in STORIES[name]:
        log.append(replace(item, arrival=item.arrival + chance.randrange(3_500)))
        while chance.random() < 0.2:
            log.append(replace(item, arrival=item.arrival + chance.randrange(20_000)))
    chance.shuffle(log)
    assert story(log, END) == EXPECTED[name]


@pytest.mark.parametrize("name", sorted(STORIES))
def test_an_engine_that_reads_the_log_afterwards_says_the_same(name: str) -> None:
    log = STORIES[name]
    for stop in (280, 300, 330):
        until = Millis(START + stop * 1000)
        live = Engine(make_spec(), NAMESPACE)
        run(live, log, until=stop)
        replayed = Engine(make_spec(), NAMESPACE)
        for item in sorted(log, key=lambda item: item.arrival):
            if item.arrival > until:
                break
            replayed.advance(Millis(item.arrival))
            replayed.feed_points(item.points, item.batch or None)
            replayed.feed_changes([item.event] if item.event else [])
        replayed.advance(until)
        assert replayed.verdict == live.verdict
        assert replayed.readings() == live.readings()


def test_an_engine_that_begins_later_agrees_on_the_verdict() -> None:
    log = simulate(24, 1500, [Fault("model-bug", 1300)]) + change(1298)
    whole = story(log)[-1]
    part = story([item for item in log if item.arrival > START + 700_000])[-1]
    assert (part.summary, part.node, part.since) == (whole.summary, whole.node, whole.since)
    assert part.change == whole.change


def test_points_beyond_the_lateness_are_counted_and_change_nothing() -> None:
    name = "data"
    late = [
        replace(item, arrival=item.arrival + 30_000, batch=f"late {item.batch}")
        for item in STORIES[name][::7]
    ]
    engine = Engine(make_spec(), NAMESPACE)
    said = [verdict for _, verdict in run(engine, STORIES[name] + late, until=END)]
    assert said == EXPECTED[name]
    assert engine.windows.late > 50
