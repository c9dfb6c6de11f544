"""A made-up pipeline that emits what a real one would, with faults that can be switched on.

Ingest reports in micro-batches, classify and serve once a second. All counts are drawn, so nothing
is smooth; deliveries can be delayed, shuffled, repeated and lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from swirl.api.v1alpha1.swirlmonitor import SwirlMonitorSpec, Verdict
from swirl.monitor.core.engine import Engine
from swirl.monitor.core.spec import read_spec
from swirl.monitor.core.state import BROKEN
from swirl.wire.change import Aspect, ChangeEvent, change_id
from swirl.wire.point import Point
from swirl.wire.times import Millis

START = Millis(1_700_000_000_000)
NAMESPACE = "shop"
FAULTS = ("data", "pipeline-bug", "model-bug", "world", "clicks", "silent")
EXPECTED = {
    "data": ("Data pipeline is broken", "prepare"),
    "silent": ("Data pipeline is broken", "prepare"),
    "pipeline-bug": ("Deployed bug in pipeline code", "prepare"),
    "model-bug": ("Deployed bug in ML code", "judge"),
    "world": ("The world changed: the model no longer fits its data", "judge"),
    "clicks": ("Serving is broken", "show"),
}


@dataclass(frozen=True)
class Names:
    """What the pipeline calls its metrics; the engine must not care."""

    bad: str = "bad_rows"
    answers: str = "answers"
    yes: str = "yes"
    taps: str = "taps"


@dataclass(frozen=True)
class Pipeline:
    """How the healthy pipeline behaves."""

    rows: float = 200.0
    bad_share: float = 0.05
    yes_share: float = 0.8
    tap_share: float = 0.5
    batch_seconds: float = 3.0
    swing: float = 0.0
    names: Names = field(default_factory=Names)


@dataclass(frozen=True)
class Fault:
    """What breaks, from `begin` to `end`, in seconds."""

    kind: str
    begin: float
    end: float = float("inf")
    severity: float = 1.0


@dataclass(frozen=True)
class Delivery:
    """Something that arrives at the engine at a time in ms."""

    arrival: int
    points: tuple[Point, ...] = ()
    event: ChangeEvent | None = None
    batch: str = ""


def spec_body(
    names: Names | None = None, detection: dict[str, Any] | None = None, *, features: bool = False
) -> dict[str, Any]:
    """A SwirlMonitor's spec for the pipeline, with a fourth stage if `features`."""
    n = names or Names()
    nodes: list[dict[str, Any]] = [
        {"name": "prepare", "ref": {"kind": "AnalyticsJob", "name": "prepare-rows"}},
        {"name": "judge", "after": ["prepare"], "ref": {"kind": "ModelServer", "name": "mood"}},
        {"name": "show", "after": ["judge"]},
    ]
    metrics: list[dict[str, Any]] = [
        {"name": n.bad, "node": "prepare", "unit": "/s", "source": {"metric": n.bad}},
        {
            "name": f"{n.yes}_ratio",
            "node": "judge",
            "source": {"metric": n.answers, "labels": {"label": n.yes}},
            "dividedBy": {"metric": n.answers},
        },
        {"name": n.taps, "node": "show", "unit": "/s", "source": {"metric": n.taps}},
    ]
    if features:
        nodes[1]["after"] = ["enrich"]
        nodes.insert(
            1,
            {
                "name": "enrich",
                "after": ["prepare"],
                "ref": {"kind": "AnalyticsJob", "name": "enrich-rows"},
            },
        )
        metrics.append(
            {
                "name": "fill",
                "node": "enrich",
                "source": {"metric": "filled"},
                "dividedBy": {"metric": "enriched"},
            }
        )
    return {"nodes": nodes, "metrics": metrics, "detection": detection or {}}


def make_spec(**kwargs: Any) -> SwirlMonitorSpec:
    """The parsed form of `spec_body`."""
    return read_spec(spec_body(**kwargs))


def simulate(
    seed: int,
    seconds: int,
    faults: Iterable[Fault] = (),
    pipeline: Pipeline | None = None,
    *,
    features: bool = False,
    begin: int = 0,
    lost: float = 0.0,
    delay: float = 1.0,
    batch: int = 1,
) -> list[Delivery]:
    """Let the pipeline run; return what arrives, in order of arrival.

    Args:
        seed: of all chance.
        seconds: how long it runs.
        faults: what breaks in the meantime.
        pipeline: how it behaves when nothing is broken.
        features: whether there is a fourth stage, between prepare and judge.
        begin: seconds at which the run begins, for a run in parts.
        lost: share of deliveries that never arrive.
        delay: seconds within which deliveries arrive.
        batch: seconds between reports of judge and show.
    """
    rng = np.random.default_rng(seed)
    w = pipeline or Pipeline()
    n = w.names
    found: list[Delivery] = []

    def deliver(source: str, at: float, points: list[Point]) -> None:
        if rng.random() >= lost:
            arrival = START + int((at + rng.random() * delay) * 1000)
            found.append(Delivery(arrival, tuple(points), batch=f"{source}@{at}"))

    def active(at: float) -> dict[str, float]:
        return {f.kind: f.severity for f in faults if f.begin <= at < f.end}

    def level(at: float) -> float:
        return float(w.rows * (1 + w.swing * np.sin(2 * np.pi * at / 86_400)))

    at, last = float(begin), float(begin)
    while (at := at + w.batch_seconds * (0.7 + 0.6 * rng.random())) < begin + seconds:
        now = active(at)
        if "silent" in now:
            last = at
            continue
        share = w.bad_share
        for kind in ("data", "pipeline-bug"):
            if kind in now:
                share = 0.5 + 0.45 * now[kind]
        rows = rng.poisson(level(at) * (at - last))
        deliver("prepare", at, [_point(n.bad, at, rng.binomial(rows, share))])
        if features:
            whole = 0.2 if "features" in now else 0.95
            good = rng.binomial(rows, whole)
            deliver("enrich", at, [_point("filled", at, good), _point("enriched", at, rows)])
        last = at
    for second in range(begin, begin + seconds, batch):
        at = second + 0.5
        now = active(at)
        if "silent" in now:
            deliver("show", at, [_point(n.taps, at, 0)])
            continue
        upstream = {"data", "pipeline-bug", "features"} & now.keys()
        drift = {"model-bug", "world"} & now.keys()
        share = w.yes_share
        if upstream or drift:
            share = w.yes_share * (1 - 0.75 * now[next(iter(upstream or drift))])
        scale = 1.0 if not {"data", "pipeline-bug"} & now.keys() else 0.5
        answers = rng.poisson(level(at) * scale * batch)
        yes = rng.binomial(answers, share)
        taps = rng.binomial(yes, w.tap_share * (0.02 if "clicks" in now else 1))
        deliver(
            "judge",
            at,
            [
                _point(n.answers, at, yes, label=n.yes),
                _point(n.answers, at, answers - yes, label="no"),
            ],
        )
        deliver("show", at, [_point(n.taps, at, taps)])
    return sorted(found, key=lambda delivery: delivery.arrival)


def change(
    at: float,
    kind: str = "ModelServer",
    name: str = "mood",
    aspect: Aspect = "Model",
    *,
    took: float = 3.0,
    namespace: str = NAMESPACE,
    versions: tuple[str, str] = ("1", "2"),
    heard: float = 0.5,
) -> list[Delivery]:
    """A change that begins at `at` seconds, in its two events."""
    identity = change_id(kind, namespace, name, aspect, f"{at}")
    found = []
    for phase, when in (("Started", at), ("Finished", at + took)):
        event = ChangeEvent(
            change=identity,
            kind=kind,
            namespace=namespace,
            name=name,
            aspect=aspect,
            from_version=versions[0],
            to_version=versions[1],
            phase=phase,  # type: ignore[arg-type]
            time=datetime.fromtimestamp(START / 1000 + when, UTC),
            action="upgraded",
        )
        found.append(Delivery(START + int((when + heard) * 1000), event=event))
    return found


def run(
    engine: Engine, deliveries: Iterable[Delivery], *, until: float | None = None, tick: float = 1.0
) -> list[tuple[float, Verdict]]:
    """Feed an engine; return its verdicts with the seconds at which it said them."""
    said: list[tuple[float, Verdict]] = []
    step = int(tick * 1000)
    ordered = sorted(deliveries, key=lambda delivery: delivery.arrival)
    now = ordered[0].arrival // step * step
    end = ordered[-1].arrival + 11_000 if until is None else START + int(until * 1000)
    place = 0
    while now <= end:
        while place < len(ordered) and ordered[place].arrival <= now:
            item = ordered[place]
            if item.event is not None:
                engine.feed_changes([item.event])
            else:
                engine.feed_points(item.points, item.batch or None)
            place += 1
        verdict = engine.advance(Millis(now))
        if verdict is not None:
            said.append(((now - START) / 1000, verdict))
        now += step
    return said


def named(said: list[tuple[float, Verdict]]) -> list[str]:
    """The summaries of the Broken verdicts in the order they were said, repeats left out."""
    found: list[str] = []
    for _, verdict in said:
        if verdict.state == BROKEN and (not found or found[-1] != verdict.summary):
            found.append(verdict.summary)
    return found


def _point(name: str, at: float, value: float, **labels: str) -> Point:
    return Point(name, START + int(at * 1000), float(value), labels)
