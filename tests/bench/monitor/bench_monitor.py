"""Figures of the monitor's engine; nothing is asserted about time.

Run with `pytest -s tests/bench/monitor/bench_monitor.py`; about three minutes.
"""

from __future__ import annotations

import time
from collections import Counter

import numpy as np

from swirl.api.v1alpha1.swirlmonitor import SwirlMonitorSpec
from swirl.monitor.core.engine import Engine
from swirl.monitor.core.spec import read_spec
from swirl.wire.point import Point, decode, encode
from swirl.wire.times import Millis
from tests.support.sim.random_runs import random_runs
from tests.support.sim.simulator import NAMESPACE, START, Pipeline, make_spec, named, run, simulate


def test_accuracy_over_a_thousand_random_runs() -> None:
    tally = random_runs(range(10_000, 11_000))
    print(f"\n{tally.runs} runs, {dict(sorted(tally.faults.items()))}")
    print(f"right: {tally.right} ({tally.accuracy:.1%}), false alarms: {tally.false_alarms}")
    print(f"runs in which the verdict was revised: {tally.flips}")
    print(f"windows of 5 s from fault to verdict: {dict(sorted(Counter(tally.windows).items()))}")
    median, last = np.median(tally.windows), max(tally.windows)
    print(f"median {median:g} windows, 99th percentile {np.percentile(tally.windows, 99):g}, "
          f"longest {last}")  # fmt: skip
    for line in tally.wrong:
        print("wrong:", line)
    assert tally.runs == 1_000


def test_attribution_by_number_of_unrelated_releases() -> None:
    for decoys in (0, 3, 10):
        tally = random_runs(range(20_000, 20_300), decoys=decoys)
        print(f"\n{decoys} unrelated releases: {tally.accuracy:.1%} of {tally.runs} right")
        assert tally.runs == 300


def test_healthy_days() -> None:
    alarms = windows = 0
    for seed in range(10):
        pipeline = Pipeline(
            rows=10 ** (0.7 + seed % 5 * 0.6),
            bad_share=10 ** (-3 + seed % 3),
            swing=0.5,
            batch_seconds=5,
        )
        engine = Engine(make_spec(), NAMESPACE)
        alarms += len(
            named(run(engine, simulate(seed, 86_400, pipeline=pipeline, batch=5), tick=5))
        )
        windows += engine.windows_closed
    print(f"\n10 healthy days, {windows} windows: {alarms} false verdicts")
    assert windows > 170_000


def _wide(metrics: int) -> SwirlMonitorSpec:
    return read_spec(
        {
            "nodes": [{"name": "n"}],
            "metrics": [
                {"name": f"m{i}", "node": "n", "source": {"metric": f"m{i}"}}
                for i in range(metrics)
            ],
        }
    )


def test_points_per_second_of_the_core() -> None:
    for metrics, rate in ((3, 5_000), (200, 100)):
        engine = Engine(_wide(metrics), NAMESPACE)
        seconds = 100
        batches = [
            [
                Point(f"m{m}", START + second * 1000 + i % 1000, 1.0, {"job": "x"})
                for m in range(metrics)
                for i in range(rate)
            ]
            for second in range(seconds)
        ]
        begin = time.process_time()
        for second, points in enumerate(batches):
            engine.feed_points(points, second)
            engine.advance(Millis(START + second * 1000))
        took = time.process_time() - begin
        total = seconds * metrics * rate
        print(f"\n{metrics} metrics: {total / took:,.0f} points/s/core ({engine.state})")
        assert engine.windows.points == total


def test_windows_per_second_of_the_core() -> None:
    metrics = 200
    engine = Engine(_wide(metrics), NAMESPACE)
    rng = np.random.default_rng(1)
    begin = time.process_time()
    for second in range(0, 3_000, 5):
        at = Millis(START + second * 1000)
        engine.feed_points(
            [Point(f"m{m}", at + 4_900, float(rng.poisson(500)), {}) for m in range(metrics)]
        )
        engine.advance(at)
    took = time.process_time() - begin
    judged = engine.windows_closed * metrics
    print(f"\n{judged / took:,.0f} metric windows/s/core ({engine.state}), "
          f"so {judged / took * 5:,.0f} metrics at windows of 5 s")  # fmt: skip
    assert engine.windows_closed > 500


def test_decoding() -> None:
    points = [Point("m", START + i, 1.0, {"job": "x"}) for i in range(500)]
    raw = encode("ns/AnalyticsJob/x", points)
    begin = time.process_time()
    for _ in range(200):
        decode(raw)
    print(
        f"\ndecoding records of 500: {100_000 / (time.process_time() - begin):,.0f} points/s/core"
    )
    assert len(decode(raw).points) == 500
