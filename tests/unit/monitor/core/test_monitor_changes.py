"""Changes: pairing, repeats, and which can be the cause."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from swirl.api.v1alpha1.swirlmonitor import Detection
from swirl.monitor.core.changes import Change, ChangeLog, weigh
from swirl.monitor.core.tuning import Tuning
from swirl.wire.change import ChangeEvent
from swirl.wire.times import Millis
from tests.support.sim.simulator import NAMESPACE, START, change, make_spec

ONSET = (START + 300_000) // 5_000
HEALTHY = list(range(ONSET - 40, ONSET))
TUNING = Tuning.of(Detection())


def events(*args: object, **kwargs: object) -> list[ChangeEvent]:
    found = [item.event for item in change(*args, **kwargs)]  # type: ignore[arg-type]
    return [event for event in found if event is not None]


def log_of(found: list[ChangeEvent]) -> ChangeLog:
    log = ChangeLog(make_spec(), NAMESPACE)
    log.add(found)
    return log


def made(at: float, node: str = "judge", took: float | None = 3.0, name: str = "c") -> Change:
    begin = Millis(START + int(at * 1000))
    finished = None if took is None else Millis(begin + int(took * 1000))
    return Change(name, node, "ModelServer", "mood", "Model", "1", "2", begin, finished)


def test_pairs_the_phases_in_any_order_and_drops_repeats() -> None:
    both = events(10)
    for order in ([0, 1], [1, 0], [1, 0, 1, 0, 0]):
        log = log_of([both[i] for i in order])
        (found,) = log.changes()
        assert (found.started, found.finished) == (START + 10_000, START + 13_000)
        assert log.repeated == len(order) - 2


def test_a_change_under_way_has_no_end() -> None:
    (found,) = log_of(events(10)[:1]).changes()
    assert found.finished is None


def test_a_change_ends_at_the_latest_when_the_next_one_of_its_resource_starts() -> None:
    """A release that does not load is taken back: it will never be said to be finished."""
    bad, back = events(10)[:1], events(70)
    for found in (bad + back, back + bad):
        first, second = log_of(found).changes()
        assert (first.finished, second.started) == (START + 70_000,) * 2
        assert second.finished == START + 73_000
    elsewhere = events(70, kind="AnalyticsJob", name="prepare-rows")
    assert log_of(bad + elsewhere).changes()[0].finished is None


def test_a_change_whose_start_was_lost_starts_when_it_ends() -> None:
    (found,) = log_of(events(10)[1:]).changes()
    assert found.started == found.finished == START + 13_000


def test_other_peoples_changes_are_not_kept() -> None:
    log = log_of(events(1, namespace="other") + events(1, name="other"))
    assert log.changes() == []
    assert log.elsewhere == 4


def test_changes_are_forgotten_in_time() -> None:
    log = log_of(events(10) + events(500))
    log.forget_before(Millis(START + 100_000))
    assert [item.started for item in log.changes()] == [START + 500_000]


def test_the_order_of_events_does_not_matter() -> None:
    found = events(10) + events(20) + events(30, "AnalyticsJob", "prepare-rows", "Code")
    expected = log_of(found).changes()
    for seed in range(10):
        shuffled = found + [replace(event) for event in found]
        random.Random(seed).shuffle(shuffled)
        assert log_of(shuffled).changes() == expected


@pytest.mark.parametrize(
    ("at", "took", "why"),
    [
        (299, 3, None),
        (280, 3, None),
        (312, 1, None),  # two windows late: clocks differ
        (316, 1, "it came after the onset"),
        (250, 15, "7 healthy windows followed it"),
        (250, None, None),  # has not finished
        (100, 3, "39 healthy windows followed it"),
    ],
)
def test_what_counts(at: float, took: float | None, why: str | None) -> None:
    item = made(at, took=took)
    cause, rejected = weigh([item], {"judge"}, ONSET, HEALTHY, TUNING)
    if why is None:
        assert (cause, rejected) == (item, [])
    else:
        assert cause is None
        assert [found.why for found in rejected] == [why]


def test_a_change_elsewhere_is_rejected_by_name() -> None:
    cause, rejected = weigh([made(299, "prepare")], {"judge"}, ONSET, HEALTHY, TUNING)
    assert cause is None
    assert rejected[0].why == "prepare is not where the fault begins"


def test_of_two_the_closer_counts() -> None:
    early, late = made(285, name="a"), made(298, name="b")
    cause, rejected = weigh([early, late], {"judge"}, ONSET, HEALTHY, TUNING)
    assert cause == late
    assert [(item.change, item.why) for item in rejected] == [
        (early, "another change was made closer to the onset")
    ]


def test_only_healthy_windows_exonerate() -> None:
    few = [index for index in HEALTHY if index >= ONSET - 3]
    assert weigh([made(200)], {"judge"}, ONSET, few, TUNING)[0] == made(200)


def test_ancient_changes_are_not_worth_a_word() -> None:
    assert weigh([made(-700)], {"judge"}, ONSET, HEALTHY, TUNING) == (None, [])


@pytest.mark.parametrize(
    ("others", "cause"),
    [
        ([made(200, took=90, name="slow"), made(270, took=1, name="quick")], "slow"),
        ([made(280, took=None, name="a"), made(295, took=None, name="b")], "b"),
        ([made(301, name="within"), made(306, name="after")], "within"),
        ([made(290, name="before"), made(306, name="after")], "before"),
    ],
)
def test_what_a_change_does_is_seen_when_it_ends(others: list[Change], cause: str) -> None:
    few = [index for index in HEALTHY if index >= ONSET - 3]
    for order in (others, others[::-1]):
        found, _ = weigh(order, {"judge"}, ONSET, few, TUNING)
        assert found is not None
        assert found.id == cause
