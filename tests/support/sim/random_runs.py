"""Many random runs of the simulated pipeline, and how often the engine was right.

Every run draws its own pipeline (volume from a few to thousands of rows a second, shares, batch
interval), its own trouble with deliveries (delay, loss, repeats) and its own fault, with releases
elsewhere, long ago or of other people that have nothing to do with it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np

from swirl.monitor.core.engine import Engine
from swirl.monitor.core.state import BROKEN
from tests.support.sim.simulator import (
    EXPECTED,
    FAULTS,
    NAMESPACE,
    Delivery,
    Fault,
    Pipeline,
    change,
    make_spec,
    run,
    simulate,
)

WINDOW_SECONDS = 5


@dataclass
class Tally:
    """Outcome of many random runs."""

    runs: int = 0
    right: int = 0
    false_alarms: int = 0
    flips: int = 0
    windows: list[int] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)

    @property
    def accuracy(self) -> float:
        return self.right / self.runs


def random_runs(seeds: range, *, decoys: int | None = None) -> Tally:
    """Run one random story per seed; `decoys` fixes the number of unrelated releases."""
    tally = Tally()
    for seed in seeds:
        _story(seed, tally, decoys)
    return tally


def _story(seed: int, tally: Tally, decoys: int | None) -> None:
    rng = np.random.default_rng(seed)
    kind = str(rng.choice([*FAULTS, "none"]))
    pipeline = Pipeline(
        rows=float(10 ** rng.uniform(1.3, 3.3)),
        bad_share=float(10 ** rng.uniform(-3, -1)),
        yes_share=float(rng.uniform(0.5, 0.9)),
        tap_share=float(rng.uniform(0.2, 0.8)),
        batch_seconds=float(rng.uniform(1.5, 5)),
    )
    begin = float(rng.uniform(150, 400))
    fault = Fault(kind, begin, severity=float(rng.uniform(0.8, 1)))
    log = simulate(
        seed,
        int(begin) + 100,
        [] if kind == "none" else [fault],
        pipeline,
        lost=float(rng.choice([0, 0.01])),
        delay=float(rng.uniform(0.2, 4)),
    )
    if rng.random() < 0.5:  # at least once: some deliveries come again
        again = rng.choice(len(log), len(log) // 10)
        log = log + [
            replace(log[int(i)], arrival=log[int(i)].arrival + int(rng.integers(0, 3000)))
            for i in again
        ]
    log = log + _changes(kind, begin, rng, decoys)
    said = run(Engine(make_spec(), NAMESPACE), log)
    tally.runs += 1
    tally.faults[kind] += 1
    broken = [(at, verdict) for at, verdict in said if verdict.state == BROKEN]
    early = [verdict for at, verdict in broken if at < begin]
    tally.false_alarms += len(early) + (len(broken) - len(early) if kind == "none" else 0)
    if kind == "none":
        right = not broken
    else:
        right = bool(broken) and not early
        final = broken[-1][1] if broken else None
        right = right and final is not None and (final.summary, final.node) == EXPECTED[kind]
        tally.flips += len({(v.summary, v.node) for _, v in broken}) > 1
        if right:
            settled = next(at for at, v in broken if v.summary == EXPECTED[kind][0])
            tally.windows.append(int(np.ceil((settled - begin) / WINDOW_SECONDS)))
    tally.right += right
    if not right:
        message = broken[-1][1].message if broken else "nothing"
        tally.wrong.append(f"seed {seed}, {kind}: said {message} [{pipeline}]")


def _changes(
    kind: str, begin: float, rng: np.random.Generator, decoys: int | None
) -> list[Delivery]:
    found: list[Delivery] = []
    heard = float(rng.uniform(0.1, 6))
    before = begin - float(rng.uniform(0, 8))
    if kind == "model-bug":
        found += change(before, took=8, heard=heard)
    elif kind == "pipeline-bug":
        found += change(before, "AnalyticsJob", "prepare-rows", "Code", took=8, heard=heard)
    for _ in range(int(rng.integers(0, 4)) if decoys is None else decoys):
        at = float(rng.uniform(5, begin + 20))
        # A release of the culprit itself just before the fault would rightly be suspected.
        choices = ["foreign", "elsewhere"]
        if kind in ("data", "silent", "pipeline-bug", "clicks", "none"):
            choices.append("server")
        if kind in ("model-bug", "world", "clicks", "none"):
            choices.append("job")
        decoy = str(rng.choice(choices))
        if decoy == "foreign":
            found += change(at, namespace="foreign")
        elif decoy == "elsewhere":
            found += change(at, "AnalyticsJob", "train-other", "Code")
        elif decoy == "server":
            found += change(at)
        else:
            found += change(at, "AnalyticsJob", "prepare-rows", "Code")
    return found
