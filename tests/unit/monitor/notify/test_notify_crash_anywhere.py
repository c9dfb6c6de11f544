"""The process dies before or after any write and any notice: nobody misses, nobody invents.

The real loop, ledger and couriers over a status that survives and receivers that remember. What
they are told must stand in the status at that moment, and after the last fault everybody knows its
end.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from swirl.api.v1alpha1.swirlmonitor import Destination, Incident, Verdict
from swirl.kafka.log import KafkaUnavailable, Read
from swirl.monitor.core.engine import Engine
from swirl.monitor.notify.courier import Courier
from swirl.monitor.notify.incidents import Ledger
from swirl.monitor.notify.post import NotSent
from swirl.monitor.process.records import Entry
from swirl.monitor.process.runner import Runner
from swirl.monitor.process.server import Health
from swirl.wire.times import Millis
from tests.support.soak import chosen
from tests.unit.monitor.notify.verdicts import BOTH, LEARNING, START, broken, healthy

STORY = (
    LEARNING,
    healthy(0),
    broken(10),
    broken(10, node="feed", summary="Other"),
    LEARNING,
    broken(10, node="feed", summary="Other"),
    healthy(40),
    healthy(40),
    broken(60, summary="Again"),
    healthy(80),
)
"""What the engine says, round by round; the last word stays."""

ROUNDS = len(STORY) + 12


class Crash(BaseException):
    """The process dies. Not an Exception: nothing may catch it."""


class World:
    """What outlives the process: the status, the receivers, and where in the story we are."""

    def __init__(self, crash_at: Callable[[int], bool], refuses: Callable[[int], bool]) -> None:
        self.written: tuple[Incident, ...] = ()
        self.ever: set[tuple[str, int]] = set()
        self.heard: dict[Destination, list[Incident]] = {to: [] for to in BOTH}
        self.round = 0
        self.moments = 0
        self.crashes = 0
        self._crash_at = crash_at
        self._refuses = refuses

    def moment(self) -> None:
        """Something that others see is about to happen, or has."""
        self.moments += 1
        if self._crash_at(self.moments):
            self.crashes += 1
            raise Crash

    def refuses(self) -> bool:
        return self._refuses(self.moments)


class Status:
    """The writer of the status: a write happens whole or not, and may fail."""

    writes = 0

    def __init__(self, world: World) -> None:
        self._world = world
        self._wanted = world.written
        self.incidents: tuple[Incident, ...] = world.written

    def offer(self, verdict: Verdict, read_from: Millis) -> None:
        """The verdict is of no matter here."""

    def offer_incidents(self, incidents: Sequence[Incident]) -> None:
        self._wanted = tuple(incidents)

    def offer_trouble(self, sentence: str | None) -> None:
        """Nor is what keeps the engine from Kafka."""

    def flush(self) -> None:
        if self._wanted == self.incidents:
            return
        self._world.moment()
        if self._world.refuses():
            return
        self._world.written = self._wanted
        self._world.ever |= {(item.id, item.revision) for item in self._wanted}
        self._world.moment()
        self.incidents = self._wanted


class Receiver:
    """Who is told, and refuses or dies with the process at any moment."""

    def __init__(self, world: World, name: Destination) -> None:
        self._world = world
        self.name = name
        self.repeats = name == "Alertmanager"

    def relevant(self, incidents: Sequence[Incident]) -> Sequence[Incident]:
        return incidents[-1:] if self.repeats else incidents

    def tell(self, incident: Incident, told: int) -> None:
        self._world.moment()
        if self._world.refuses():
            raise NotSent("not today")
        assert (incident.id, incident.revision) in self._world.ever, "invented"
        self._world.heard[self.name].append(incident)
        self._world.moment()


class NoPublisher:
    def offer(self, verdict: Verdict) -> None:
        """Kafka is of no matter here."""

    def flush(self) -> None:
        """Nothing is kept."""


class Log:
    """Always caught up, or away where the world says so."""

    malformed = 0

    def __init__(self, world: World) -> None:
        self._world = world

    def read(self) -> Read[Entry]:
        if self._world.refuses():
            raise KafkaUnavailable("away")
        return Read([], START)


def engine(verdict: Verdict) -> Engine:
    """Says one thing."""
    counts = SimpleNamespace(points=0, late=0, future=0, huge=0, repeated_batches=0)
    said: Any = SimpleNamespace(
        verdict=verdict,
        read_from=START,
        state=verdict.state,
        windows=counts,
        windows_closed=0,
        last_window=None,
        advance=lambda now: None,
        readings=dict,
    )
    return cast(Engine, said)


def life(world: World) -> None:
    """One process, from its start to the end of the story or its own."""
    status, clock = Status(world), SimpleNamespace(now=0.0)
    couriers = [Courier(Receiver(world, name), lambda: clock.now) for name in BOTH]
    ledger = Ledger("shop/mood", BOTH, world.written)
    said = engine(STORY[0])
    runner = Runner(
        said, Log(world), status, NoPublisher(), Health(), lambda: START, 5_000, ledger, couriers
    )
    while world.round < ROUNDS:
        cast(Any, said).verdict = STORY[min(world.round, len(STORY) - 1)]
        waited = runner.run_once()
        for courier in couriers:
            courier.step()
        clock.now += 400.0
        # Without Kafka time stands still: the log goes on where it was.
        world.round += waited == 0


def lived(world: World) -> World:
    while world.round < ROUNDS:
        try:
            life(world)
        except Crash:
            assert world.crashes < 1000
    return world


def check(world: World) -> None:
    """Everybody knows all that is to be known, and nothing comes before what it follows."""
    assert world.written, "kept for a while after the end"
    assert all(incident.until for incident in world.written)
    notices = [(item.id, item.revision) for item in world.heard["Webhook"]]
    assert len(notices) - len(set(notices)) <= world.crashes, "told twice without a crash between"
    ids = [incident.id for incident in world.written]
    for incident in world.written:
        revisions = [revision for id, revision in notices if id == incident.id]
        assert revisions == sorted(revisions)
        assert revisions[-1] == incident.revision
    assert list(dict.fromkeys(id for id, _ in notices)) == ids
    assert world.heard["Alertmanager"][-1].id == ids[-1]
    assert world.heard["Alertmanager"][-1].until


def never(moment: int) -> bool:
    return False


def test_without_a_crash_each_thing_is_told_once() -> None:
    world = lived(World(never, never))
    check(world)
    assert [item.revision for item in world.heard["Webhook"]] == [1, 2, 3, 1, 2]


def test_a_crash_at_any_moment() -> None:
    moments = lived(World(never, never)).moments
    assert moments > 30
    for moment in range(1, moments + 1):
        world = lived(World(lambda now, at=moment: now == at, never))  # type: ignore[misc]
        assert world.crashes == 1
        check(world)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(chosen(60, 3000)))
def test_crashes_and_refusals_at_random(seed: int) -> None:
    chance = random.Random(seed)
    calm = chance.randrange(10, 60)
    world = World(
        lambda now: now < calm and chance.random() < 0.15,
        lambda now: now < calm and chance.random() < 0.3,
    )
    check(lived(world))
