"""Which changes a roll-out is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from swirl.api.v1alpha1.modelserver import ModelServerSpec
from swirl_operator.kinds.modelserver.changed import Moved, configuration_of, moved, outbox
from swirl_operator.kinds.modelserver.source import Served
from swirl_operator.runtime.interface import Object
from swirl_operator.status.changes import Outbox, Subject

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
SUBJECT = Subject("ModelServer", "shop", "mood", "uid-1")
SERVED = Served("run-1", "file:///models/1", "d1")


@dataclass(frozen=True)
class Made:
    """What is rolled out beside the model."""

    image: str = "scorer:1"
    own_image: bool = False
    configuration: str = "c1"
    moved: Moved | None = None


def status(box: Outbox, wanted: Served = SERVED, made: Made | None = None) -> Object:
    """As the planner leaves it."""
    made = made or Made()
    return {
        "wantedVersion": wanted.version,
        "digest": wanted.digest,
        "image": made.image,
        "configuration": made.configuration,
        **box.fields(),
    }


def step(
    before: Object, wanted: Served = SERVED, made: Made | None = None, *, done: bool = False
) -> Outbox:
    made = made or Made()
    return outbox(SUBJECT, before, wanted=wanted, done=done, now=NOW, **vars(made))


def announced(box: Outbox) -> list[tuple[str, str | None, str]]:
    last = [box.last] if box.last else []
    return [(item["aspect"], item.get("from"), item["to"]) for item in (*box.waiting, *last)]


PLATFORM_MOVED = ("Platform", "sha256:1", "sha256:2")
CODE_MOVED = ("Code", "sha256:1", "sha256:2")
DEPLOYED = step({})
RUNNING = status(step(status(DEPLOYED), done=True))


def test_the_first_roll_out_is_of_a_model_that_replaces_none() -> None:
    assert announced(DEPLOYED) == [("Model", None, "run-1")]
    assert announced(step(status(DEPLOYED))) == announced(DEPLOYED)


def test_ends_when_it_is_done_and_only_then() -> None:
    assert "finishedAt" not in (step(status(DEPLOYED)).last or {})
    assert (Outbox.of(RUNNING).last or {})["finishedAt"] == "2026-01-01T12:00:00Z"


@pytest.mark.parametrize(
    ("wanted", "made", "expected"),
    [
        (replace(SERVED, version="run-2"), Made(), ("Model", "run-1", "run-2")),
        (replace(SERVED, digest="d2"), Made(), ("Model", "run-1", "run-1")),
        (SERVED, Made("scorer:2"), ("Platform", "scorer:1", "scorer:2")),
        (SERVED, Made("mine:2", own_image=True), ("Code", "scorer:1", "mine:2")),
        # Back from an image of the user's own to Swirl's.
        (SERVED, Made("scorer:2", configuration="c2"), ("Code", "scorer:1", "scorer:2")),
        (SERVED, Made(configuration="c2"), ("Configuration", "c1", "c2")),
        (SERVED, Made(moved=Moved("r@sha256:1", "r@sha256:2")), PLATFORM_MOVED),
        (SERVED, Made(own_image=True, moved=Moved("sha256:1", "sha256:2")), CODE_MOVED),
    ],
)
def test_what_is_changed_is_named(
    wanted: Served, made: Made, expected: tuple[str, str | None, str]
) -> None:
    begun = step(RUNNING, wanted, made)
    assert announced(begun)[-1] == expected
    made = replace(made, moved=None)
    assert step(status(begun, wanted, made), wanted, made) == begun
    over = step(status(begun, wanted, made), wanted, made, done=True)
    assert over.last is not None
    assert "finishedAt" in over.last


def test_a_model_and_an_image_at_once_are_two_changes() -> None:
    newer = replace(SERVED, version="run-2")
    model = ("Model", "run-1", "run-2")
    box = step(RUNNING, newer, Made("scorer:2"))
    assert announced(box)[-2:] == [model, ("Platform", "scorer:1", "scorer:2")]
    box = step(RUNNING, newer, Made(configuration="c2"))
    assert announced(box)[-2:] == [model, ("Configuration", "c1", "c2")]


def test_a_change_that_is_overtaken_ends_when_the_next_one_starts() -> None:
    second = step(status(DEPLOYED), replace(SERVED, version="run-2"))
    (first,) = second.waiting
    assert first["to"] == "run-1"
    assert first["finishedAt"] == (second.last or {})["startedAt"]


def test_a_status_of_before_these_were_noted_is_no_change() -> None:
    old = {key: value for key, value in RUNNING.items() if key not in ("image", "configuration")}
    assert announced(step(old, made=Made("scorer:2"))) == announced(Outbox.of(RUNNING))


def test_an_upgrade_from_a_version_without_configurations_is_no_change_of_the_users() -> None:
    old = {key: value for key, value in RUNNING.items() if key != "configuration"}
    assert announced(step(old, made=Made())) == announced(Outbox.of(RUNNING))
    upgraded = step(old, made=Made("scorer:2"))
    assert announced(upgraded)[-1] == ("Platform", "scorer:1", "scorer:2")


def test_there_and_back_within_a_second_are_changes_of_their_own() -> None:
    there = step(RUNNING, replace(SERVED, version="run-2"))
    back = step(status(there, replace(SERVED, version="run-2")), SERVED)
    again = step(status(back), replace(SERVED, version="run-2"))
    assert len({(box.last or {})["id"] for box in (there, back, again)}) == 3


SPEC: Object = {"model": {"job": "train"}}


def configured(**spec: Any) -> str:
    return configuration_of(ModelServerSpec.model_validate({**SPEC, **spec}))


def test_how_it_is_served_is_what_the_user_wrote_of_it() -> None:
    cpu = {"resources": {"requests": {"cpu": "1"}}}
    assert configured(**cpu) != configured()
    assert configured(**cpu) == configured(resources={"requests": {"cpu": "1000m"}})
    assert configured(runtime={"image": "mine:1"}) != configured()
    assert configured(env=[{"name": "A", "value": "1"}]) != configured()
    same: list[Object] = [
        {"model": {"run": "other"}, "replicas": 7},
        {"runtime": {}, "env": [], "pod": {}},
        {"pod": {"nodeSelector": {"disk": "fast"}, "imagePullSecrets": [{"name": "a"}]}},
    ]
    assert {configured(**spec) for spec in same} == {configured()}


def test_a_change_that_begins_now_does_not_end_in_the_same_round() -> None:
    """All replicas may serve already what a status without its change knows: it is told first."""
    before = {key: value for key, value in status(DEPLOYED).items() if key != "change"}
    begun = step(before, done=True)
    assert begun.last is not None
    assert "finishedAt" not in begun.last
    ended = step(before | begun.fields(), done=True)
    assert ended.last is not None
    assert ended.last["id"] == begun.last["id"]
    assert "finishedAt" in ended.last


def test_another_build_of_the_same_name_has_moved() -> None:
    before = {"image": "scorer:1", "imageID": "r@sha256:1"}
    assert moved(before, "scorer:1", "r@sha256:2") == Moved("r@sha256:1", "r@sha256:2")
    assert moved(before, "scorer:1", "r@sha256:1") is None
    assert moved(before, "scorer:2", "r@sha256:2") is None, "another name, another change"
    assert moved(before, "scorer:1", None) is None
    assert moved({"image": "scorer:1"}, "scorer:1", "r@sha256:2") is None
