"""The loop: what is reported, and when."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from swirl.api.v1alpha1.swirlmonitor import Incident, Verdict
from swirl.kafka.log import KafkaUnavailable, Read
from swirl.monitor.core.engine import Engine
from swirl.monitor.notify.incidents import Ledger
from swirl.monitor.process.records import Entry, Points
from swirl.monitor.process.runner import Runner
from swirl.monitor.process.server import Health
from swirl.wire.times import Millis
from tests.support.sim.simulator import (
    NAMESPACE,
    START,
    Delivery,
    Fault,
    change,
    make_spec,
    simulate,
)


class Script:
    """A log that brings what it is told to, one entry at a time."""

    malformed = 0

    def __init__(self, reads: Sequence[Read[Entry] | KafkaUnavailable]) -> None:
        self._reads = list(reads)

    def read(self) -> Read[Entry]:
        found = self._reads.pop(0)
        if isinstance(found, KafkaUnavailable):
            raise found
        return found


class Sink:
    """Keeps what it is offered."""

    writes = 0

    def __init__(self) -> None:
        self.offered: list[Verdict] = []
        self.flushed = 0
        self.trouble: str | None = None

    @property
    def incidents(self) -> tuple[Incident, ...]:
        return ()

    def offer(self, verdict: Verdict, read_from: int = 0) -> None:
        self.offered.append(verdict)

    def offer_incidents(self, incidents: Sequence[Incident]) -> None:
        """What becomes of them is tried in tests/unit/monitor/notify."""

    def offer_trouble(self, sentence: str | None) -> None:
        self.trouble = sentence

    def flush(self) -> None:
        self.flushed += 1


def entries(log: list[Delivery]) -> list[tuple[int, Entry]]:
    return [
        (item.arrival, item.event or Points(item.points, item.batch.encode()))
        for item in sorted(log, key=lambda item: item.arrival)
    ]


def runner(
    *reads: Read[Entry] | KafkaUnavailable,
    wall: Callable[[], Millis] = lambda: Millis(START + 400_000),
) -> tuple[Runner, Sink, Health, Engine]:
    sink, health, engine = Sink(), Health(), Engine(make_spec(), NAMESPACE)
    ledger = Ledger("shop/mood", ())
    found = Runner(engine, Script(reads), sink, sink, health, wall, 5_000, ledger)
    return found, sink, health, engine


def test_says_nothing_before_it_is_caught_up() -> None:
    log = entries(simulate(1, 400, [Fault("model-bug", 300)]) + change(298))
    half = len(log) // 2
    found, sink, health, engine = runner(
        Read(log[:half], None), Read(log[half:], None), Read([], START + 400_000)
    )
    found.run_once()
    assert (sink.offered, health.not_ready) == ([], "reading the log")
    found.run_once()
    assert engine.verdict.state == "Broken"
    assert sink.offered == []
    found.run_once()
    assert health.not_ready is None
    assert [verdict.summary for verdict in sink.offered] == ["Deployed bug in ML code"] * 2
    assert health.snapshot.state == "Broken"
    assert health.snapshot.lag_seconds is not None
    assert 0 < health.snapshot.lag_seconds <= 10


def test_without_kafka_time_stands_still_and_the_verdict_stays() -> None:
    log = entries(simulate(1, 200))
    down = KafkaUnavailable("gone")
    found, sink, health, engine = runner(
        Read(log, START + 200_000), down, down, Read([], START + 200_500)
    )
    assert found.run_once() == 0
    windows = engine.windows_closed
    first, second = found.run_once(), found.run_once()
    assert 0 < first < second
    assert health.not_ready == sink.trouble == "gone"
    assert engine.windows_closed == windows
    assert found.run_once() == 0
    assert health.not_ready is None
    assert sink.trouble is None
    assert {verdict.state for verdict in sink.offered} == {"Healthy"}


def test_what_writers_kept_during_an_outage_is_not_late() -> None:
    log = simulate(1, 300, delay=0.3)
    begin, end = START + 200_000, START + 260_000
    before = entries([item for item in log if item.arrival < begin])
    kept = entries([item for item in log if begin <= item.arrival < end])
    after = entries([item for item in log if item.arrival >= end])
    delivered = [(end + 100 + number, item) for number, (_, item) in enumerate(kept)]
    reads: list[Read[Entry] | KafkaUnavailable] = [Read(before, begin), KafkaUnavailable("gone")]
    reads += [Read([], end), Read(delivered, end + 2_000), Read([], end + 5_000)]
    reads += [Read(after, START + 300_000)]
    found, sink, _, engine = runner(*reads, wall=lambda: Millis(end))
    for _ in reads:
        found.run_once()
    assert {verdict.state for verdict in sink.offered} == {"Healthy"}
    assert engine.windows.late == 0
    assert engine.windows_closed >= 57
