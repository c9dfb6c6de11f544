from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from swirl.kube.resources import PODS
from swirl.wire.change import ChangeEvent
from swirl_operator.runtime.interface import Object, Plan, Ref
from swirl_operator.status import changes
from swirl_operator.status.changes import Outbox

AT = datetime(2026, 1, 31, 12, 0, 0, 500_000, tzinfo=UTC)
SUBJECT = changes.Subject("ModelServer", "ads", "sentiment", "uid-1")


EMPTY = Outbox()


def box(*versions: str, now: datetime = AT) -> Outbox:
    """After changes to these versions, one right after the other."""
    found, former = EMPTY, None
    for version in versions:
        found = found.begin(SUBJECT, aspect="Model", to=version, before=former, now=now)
        former = version
    return found


def begun(*versions: str) -> Object:
    """The last of these changes."""
    last = box(*versions or ("v1",)).last
    assert last is not None
    return last


def finished(change: Object, now: datetime = AT) -> Object:
    last = Outbox(change).finish(now).last
    assert last is not None
    return last


def test_the_first_change_has_nothing_before_it() -> None:
    entry = begun()
    assert "from" not in entry
    assert (entry["aspect"], entry["to"], entry["announced"]) == ("Model", "v1", "None")
    assert entry["startedAt"] == "2026-01-31T12:00:00Z"
    assert begun("v1", "v2")["from"] == "v1"


def test_ids_follow_from_what_happened_alone() -> None:
    assert begun() == begun()


def test_there_and_back_again_within_one_second_are_three_changes() -> None:
    assert len({begun("v1")["id"], begun("v1", "v2")["id"], begun("v1", "v2", "v1")["id"]}) == 3


@pytest.mark.parametrize("field", ["kind", "namespace", "name", "uid"])
def test_ids_of_different_objects_differ(field: str) -> None:
    values = {"kind": "ModelServer", "namespace": "ads", "name": "sentiment", "uid": "uid-1"}
    other = changes.Subject(**{**values, field: "another"})
    made = EMPTY.begin(other, aspect="Model", to="v1", before=None, now=AT).last
    assert made is not None
    assert made["id"] != begun()["id"]


def test_the_end_stays_once_it_is_set() -> None:
    ended = finished(begun(), AT + timedelta(seconds=5))
    assert ended["finishedAt"] == "2026-01-31T12:00:05Z"
    assert finished(ended, AT + timedelta(seconds=9)) == ended
    assert EMPTY.finish(AT) == EMPTY


def test_is_new() -> None:
    status = {"change": begun()}
    assert changes.is_new(status, {})
    assert not changes.is_new(status, status)
    assert changes.is_new({"change": begun("v1", "v2")}, status)
    assert not changes.is_new({}, {})


def test_an_outbox_is_what_its_status_says() -> None:
    found = box("v1", "v2", "v3")
    assert Outbox.of(found.fields()) == found
    assert Outbox.of({}) == EMPTY
    assert EMPTY.fields() == {}
    assert "pendingChanges" not in box("v1").fields()


def test_what_is_overtaken_before_it_was_told_ends_there_and_waits() -> None:
    later = AT + timedelta(seconds=7)
    started = Outbox({**begun(), "announced": "Started"})
    both = started.begin(SUBJECT, aspect="Model", to="v2", before="v1", now=later)
    (waiting,) = both.waiting
    assert (waiting["to"], waiting["finishedAt"]) == ("v1", "2026-01-31T12:00:07Z")
    told = Outbox({**finished(begun()), "announced": "Finished"})
    assert told.begin(SUBJECT, aspect="Model", to="v2", before="v1", now=later).waiting == ()


def test_all_are_told_each_phase_in_order() -> None:
    found, told = box("v1", "v2", "v3").finish(AT), []
    while (upcoming := found.next()) is not None:
        change, phase, found = upcoming
        told.append((change["to"], phase))
    assert told == [(v, phase) for v in ("v1", "v2", "v3") for phase in ("Started", "Finished")]
    assert found.waiting == ()


def test_the_line_is_bounded_and_the_oldest_leave_it() -> None:
    found = box(*(f"v{n}" for n in range(40)))
    assert [change["to"] for change in found.waiting] == [f"v{n}" for n in range(23, 39)]


# -- announcing --------------------------------------------------------------------------------


def announced(change: Object | None, before: Any = None, **plan: Any) -> Plan:
    """The plan for a status with that change; `before` None means that it is stored already."""
    status: Object = {"message": "m"} if change is None else {"message": "m", "change": change}
    seen = status if before is None else before
    return changes.announce_when_settled(Plan(status=status, **plan), seen, SUBJECT)


def event(plan: Plan) -> ChangeEvent:
    (only,) = plan.announce
    return ChangeEvent.from_json(json.dumps(only))


def phases(plan: Plan) -> list[tuple[str, str]]:
    """Version and phase of all that is announced, in order."""
    told = [ChangeEvent.from_json(json.dumps(item)) for item in plan.announce]
    return [(item.to_version, item.phase) for item in told]


def test_what_is_not_stored_is_told_only_if_it_would_come_again_in_the_same_words() -> None:
    status: Object = {"change": begun()}
    told = changes.announce_when_settled(Plan(status=status), {}, SUBJECT, repeatable=True)
    assert phases(told) == [("v1", "Started")]
    assert not changes.announce_when_settled(Plan(status=status), {}, SUBJECT).announce


def test_an_end_that_is_not_stored_is_not_told() -> None:
    started = {**begun(), "announced": "Started"}
    plan = announced(finished(started), before={"change": started})
    assert not plan.announce
    assert plan.requeue_after == 0


def test_started_goes_out_and_is_ticked_off_with_the_same_step() -> None:
    plan = announced(begun())
    assert event(plan).phase == "Started"
    assert event(plan).action == "deployed"
    assert event(plan).time == AT.replace(microsecond=0)
    assert plan.status is not None
    assert plan.told is not None
    assert plan.status["change"]["announced"] == "None"
    assert plan.told["change"]["announced"] == "Started"
    assert plan.requeue_after is None


def test_finished_follows() -> None:
    change = finished({**begun("v1", "v2"), "announced": "Started"})
    plan = announced(change)
    assert event(plan).phase == "Finished"
    assert event(plan).action == "upgraded"
    assert (event(plan).from_version, event(plan).to_version) == ("v1", "v2")
    assert plan.told is not None
    assert plan.told["change"]["announced"] == "Finished"


def test_started_goes_out_even_if_it_has_ended_meanwhile() -> None:
    assert phases(announced(finished(begun()))) == [("v1", "Started"), ("v1", "Finished")]


@pytest.mark.parametrize(
    "change",
    [
        None,
        {**begun(), "announced": "Started"},
        {**finished(begun()), "announced": "Finished"},
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
        {"before": {"message": "m"}},
    ],
)
def test_work_comes_first_and_the_news_are_not_forgotten(work: Any) -> None:
    """Nobody wakes an object because of its own status, so the plan asks for another turn."""
    plan = announced(begun(), **work)
    assert not plan.announce
    assert plan.requeue_after == 0


def test_what_waits_goes_out_first_and_leaves_the_line() -> None:
    status = {"message": "m", **box("v1", "v2").fields()}
    plan = changes.announce_when_settled(Plan(status=status), status, SUBJECT)
    assert phases(plan) == [("v1", "Started"), ("v1", "Finished"), ("v2", "Started")]
    assert plan.told is not None
    assert "pendingChanges" not in plan.told


def test_what_is_applied_is_not_work_left_to_do() -> None:
    assert announced(begun(), apply=({"kind": "Deployment"},)).announce


def without_aspect(change: Object) -> Object:
    """As it is read from the cluster when it was written under the field's former name."""
    return {key: value for key, value in change.items() if key != "aspect"}


def test_a_change_that_was_written_before_the_aspect_had_its_name_can_be_told_and_stored() -> None:
    old = {
        "change": without_aspect(begun("v1", "v2")),
        "pendingChanges": [without_aspect(finished(begun("v1")))],
    }
    plan = Plan(status=Outbox.of(old).fields())
    assert plan.status is not None
    assert [plan.status["change"]["aspect"], plan.status["pendingChanges"][0]["aspect"]] == [
        "Code",
        "Code",
    ]
    told = changes.announce_when_settled(plan, plan.status, SUBJECT)
    assert ChangeEvent.from_json(json.dumps(told.announce[0])).aspect == "Code"


def test_an_aspect_that_is_there_stays() -> None:
    assert Outbox.of({"change": begun()}).last == begun()
