"""Which changes a roll-out is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from swirl_operator.kinds.modelserver.changed import outbox
from swirl_operator.kinds.modelserver.source import Served
from swirl_operator.pods.template import digest_of, labelled
from swirl_operator.runtime.interface import Object
from swirl_operator.status.changes import Outbox, Subject

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
SUBJECT = Subject("ModelServer", "shop", "mood", "uid-1")
SERVED = Served("run-1", "file:///models/1", "d1")


def deployment(image: str = "scorer:1", workers: str = "1") -> Object:
    container = {"name": "scorer", "image": image, "env": [{"name": "WORKERS", "value": workers}]}
    template = {"metadata": {"labels": {"app": "mood"}}, "spec": {"containers": [container]}}
    return labelled({"spec": {"replicas": 1, "template": template}})


def status(box: Outbox, wanted: Served = SERVED, made: Object | None = None) -> Object:
    """As the planner leaves it."""
    made = made or deployment()
    return {
        "wantedVersion": wanted.version,
        "digest": wanted.digest,
        "image": made["spec"]["template"]["spec"]["containers"][0]["image"],
        "podTemplate": digest_of(made),
        **box.fields(),
    }


def step(
    before: Object, wanted: Served = SERVED, made: Object | None = None, *, done: bool = False
) -> Outbox:
    return outbox(
        SUBJECT, before, wanted=wanted, deployment=made or deployment(), done=done, now=NOW
    )


def announced(box: Outbox) -> list[tuple[str, str | None, str]]:
    last = [box.last] if box.last else []
    return [(item["aspect"], item.get("from"), item["to"]) for item in (*box.waiting, *last)]


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
        (replace(SERVED, version="run-2"), deployment(), ("Model", "run-1", "run-2")),
        (replace(SERVED, digest="d2"), deployment(), ("Model", "run-1", "run-1")),
        (SERVED, deployment("scorer:2"), ("Code", "scorer:1", "scorer:2")),
        (
            SERVED,
            deployment(workers="2"),
            ("Configuration", digest_of(deployment()), digest_of(deployment(workers="2"))),
        ),
    ],
)
def test_what_is_changed_is_named(
    wanted: Served, made: Object, expected: tuple[str, str | None, str]
) -> None:
    begun = step(RUNNING, wanted, made)
    assert announced(begun)[-1] == expected
    assert step(status(begun, wanted, made), wanted, made) == begun
    over = step(status(begun, wanted, made), wanted, made, done=True)
    assert over.last is not None
    assert "finishedAt" in over.last


def test_a_model_and_an_image_at_once_are_two_changes() -> None:
    box = step(RUNNING, replace(SERVED, version="run-2"), deployment("scorer:2"))
    assert announced(box)[-2:] == [("Model", "run-1", "run-2"), ("Code", "scorer:1", "scorer:2")]


def test_a_change_that_is_overtaken_ends_when_the_next_one_starts() -> None:
    second = step(status(DEPLOYED), replace(SERVED, version="run-2"))
    (first,) = second.waiting
    assert first["to"] == "run-1"
    assert first["finishedAt"] == (second.last or {})["startedAt"]


def test_a_status_of_before_images_were_noted_is_no_change_of_code() -> None:
    old = {key: value for key, value in RUNNING.items() if key not in ("image", "podTemplate")}
    assert announced(step(old, made=deployment("scorer:2", "2"))) == announced(Outbox.of(RUNNING))


def test_there_and_back_within_a_second_are_changes_of_their_own() -> None:
    there = step(RUNNING, replace(SERVED, version="run-2"))
    back = step(status(there, replace(SERVED, version="run-2")), SERVED)
    again = step(status(back), replace(SERVED, version="run-2"))
    assert len({(box.last or {})["id"] for box in (there, back, again)}) == 3


def test_the_label_follows_the_template_and_nothing_else() -> None:
    one = deployment()
    assert digest_of(one) == digest_of(deployment())
    assert digest_of(one) != digest_of(deployment(workers="2"))
    assert one["spec"]["template"]["metadata"]["labels"]["app"] == "mood"


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
