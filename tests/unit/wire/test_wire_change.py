from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from swirl.wire.change import ChangeEvent, MalformedChange, change_id

EVENT = ChangeEvent(
    change=change_id("ModelServer", "ads", "sentiment", "Model", "uid/3"),
    kind="ModelServer",
    namespace="ads",
    name="sentiment",
    aspect="Model",
    from_version="train-1",
    to_version="train-2",
    phase="Started",
    time=datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC),
    action="upgraded",
)


def body(section: str, **changes: Any) -> bytes:
    wire = json.loads(EVENT.to_json())
    wire[section] = wire[section] | changes
    return json.dumps(wire).encode()


def test_wire_shape() -> None:
    wire = json.loads(EVENT.to_json())
    assert wire == {
        "context": {
            "version": "0.4.1",
            "id": EVENT.id,
            "source": "/swirl/operator",
            "type": "dev.cdevents.service.upgraded.0.2.0",
            "timestamp": "2026-01-02T03:04:05.678000Z",
        },
        "subject": {
            "id": "ads/ModelServer/sentiment",
            "type": "service",
            "content": {"environment": {"id": "ads"}, "artifactId": "train-2"},
        },
        "customData": {
            "change": EVENT.change,
            "kind": "ModelServer",
            "namespace": "ads",
            "name": "sentiment",
            "aspect": "Model",
            "from": {"version": "train-1"},
            "to": {"version": "train-2"},
            "phase": "Started",
        },
    }


@pytest.mark.parametrize(
    "event",
    [
        EVENT,
        replace(EVENT, from_version=None, action="deployed", phase="Finished"),
        replace(EVENT, action="rolledback", aspect="Configuration", name="ümlaut"),
        replace(EVENT, time=datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=2)))),
    ],
)
def test_round_trip(event: ChangeEvent) -> None:
    assert ChangeEvent.from_json(event.to_json()) == event


def test_a_repeat_has_the_same_id_even_if_sent_later() -> None:
    assert replace(EVENT, time=EVENT.time + timedelta(minutes=1)).id == EVENT.id


def test_phases_of_a_change_share_it_but_not_their_ids() -> None:
    finished = replace(EVENT, phase="Finished")
    assert finished.change == EVENT.change
    assert finished.id != EVENT.id


def test_change_ids_differ_in_every_part() -> None:
    parts = ["ModelServer", "ads", "sentiment", "Model", "3"]
    ids = {change_id(*parts)}  # type: ignore[arg-type]
    for index in range(len(parts)):
        ids.add(change_id(*[*parts[:index], "other", *parts[index + 1 :]]))  # type: ignore[arg-type]
    assert len(ids) == 6
    assert change_id("a", "bc", "d", "Model", "1") != change_id("ab", "c", "d", "Model", "1")


def test_time_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        replace(EVENT, time=datetime(2026, 1, 1))


def test_unknown_fields_are_ignored() -> None:
    assert ChangeEvent.from_json(body("customData", later={"x": 1})) == EVENT


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"{", "not JSON"),
        (b"[]", "no object 'customData'"),
        (b"{}", "no object 'customData'"),
        (body("customData", name=""), "customData.name must be a non-empty string"),
        (body("customData", aspect="Magic"), "aspect must be one of Model, Code, Configuration"),
        (body("customData", phase=["Started"]), "phase must be one of Started, Finished"),
        (body("customData", to=None), "no object 'to'"),
        (body("customData", **{"from": {"version": 1}}), "customData.from.version must be"),
        (body("context", timestamp="yesterday"), "timestamp is not RFC 3339"),
        (body("context", timestamp="2026-01-01T00:00:00"), "no time zone"),
        (body("context", type="dev.cdevents.build.started.0.2.0"), "no service event"),
    ],
)
def test_malformed_events_say_what_is_wrong(data: bytes, complaint: str) -> None:
    with pytest.raises(MalformedChange, match=complaint):
        ChangeEvent.from_json(data)
