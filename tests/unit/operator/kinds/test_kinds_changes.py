from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from swirl.metrics.change import ChangeEvent
from swirl_operator.kinds import changes
from swirl_operator.runtime.plan import Object, Plan, Ref
from swirl_operator.runtime.resources import PODS

AT = datetime(2026, 1, 31, 12, 0, 0, 500_000, tzinfo=UTC)
SUBJECT = changes.Changed("ModelServer", "ads", "sentiment", "uid-1")


def begun(previous: Object | None = None, *, to: str = "v1", now: datetime = AT) -> Object:
    return changes.begin(SUBJECT, previous, what="Model", to=to, now=now)


def test_the_first_change_has_nothing_before_it() -> None:
    entry = begun()
    assert "from" not in entry
    assert (entry["what"], entry["to"], entry["announced"]) == ("Model", "v1", "None")
    assert entry["startedAt"] == "2026-01-31T12:00:00Z"
    assert begun(entry, to="v2")["from"] == "v1"


def test_ids_follow_from_what_happened_alone() -> None:
    assert begun() == begun()


def test_there_and_back_again_within_one_second_are_three_changes() -> None:
    first = begun()
    second = begun(first, to="v2")
    third = begun(second)
    assert len({first["id"], second["id"], third["id"]}) == 3


@pytest.mark.parametrize("field", ["kind", "namespace", "name", "uid"])
def test_ids_of_different_objects_differ(field: str) -> None:
    values = {"kind": "ModelServer", "namespace": "ads", "name": "sentiment", "uid": "uid-1"}
    other = changes.Changed(**{**values, field: "another"})
    assert changes.begin(other, None, what="Model", to="v1", now=AT)["id"] != begun()["id"]


def test_the_end_stays_once_it_is_set() -> None:
    ended = changes.finish(begun(), AT + timedelta(seconds=5))
    assert ended["finishedAt"] == "2026-01-31T12:00:05Z"
    assert changes.finish(ended, AT + timedelta(seconds=9)) == ended


def test_is_new() -> None:
    status = {"change": begun()}
    assert changes.is_new(status, {})
    assert not changes.is_new(status, status)
    assert changes.is_new({"change": begun(begun(), to="v2")}, status)
    assert not changes.is_new({}, {})


# -- announcing --------------------------------------------------------------------------------


def announced(change: Object | None, before: Any = None, **plan: Any) -> Plan:
    """The plan for a status with that change; `before` None means that it is stored already."""
    status: Object = {"message": "m"} if change is None else {"message": "m", "change": change}
    seen = status if before is None else before
    return changes.announce_when_settled(Plan(status=status, **plan), seen, SUBJECT)


def event(plan: Plan) -> ChangeEvent:
    (only,) = plan.announce
    return ChangeEvent.from_json(json.dumps(only))


def test_started_goes_out_and_is_ticked_off_with_the_same_step() -> None:
    plan = announced(begun())
    assert event(plan).phase == "Started"
    assert event(plan).action == "deployed"
    assert event(plan).time == AT.replace(microsecond=0)
    assert plan.status is not None
    assert plan.status["change"]["announced"] == "Started"
    assert plan.requeue_after == 0


def test_finished_follows() -> None:
    change = changes.finish({**begun(begun(), to="v2"), "announced": "Started"}, AT)
    plan = announced(change)
    assert event(plan).phase == "Finished"
    assert event(plan).action == "upgraded"
    assert (event(plan).from_version, event(plan).to_version) == ("v1", "v2")
    assert plan.status is not None
    assert plan.status["change"]["announced"] == "Finished"


def test_started_goes_out_even_if_it_has_ended_meanwhile() -> None:
    assert event(announced(changes.finish(begun(), AT))).phase == "Started"


@pytest.mark.parametrize(
    "change",
    [
        None,
        {**begun(), "announced": "Started"},
        {**changes.finish(begun(), AT), "announced": "Finished"},
    ],
)
def test_nothing_is_due(change: Object | None) -> None:
    plan = announced(change)
    assert not plan.announce
    assert plan.requeue_after is None


@pytest.mark.parametrize(
    "work",
    [
        {"create": ({"kind": "Pod"},)},
        {"delete": (Ref(PODS, "ads", "x"),)},
        {"before": {"message": "another"}},
    ],
)
def test_work_comes_first_and_the_news_are_not_forgotten(work: Any) -> None:
    """Nobody wakes an object because of its own status, so the plan asks for another turn."""
    plan = announced(begun(), **work)
    assert not plan.announce
    assert plan.requeue_after == 0


def test_what_is_applied_is_not_work_left_to_do() -> None:
    assert announced(begun(), apply=({"kind": "Deployment"},)).announce
