"""Which records of the log concern a monitor."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from swirl.monitor.process.records import Points, reading
from swirl.wire.change import ChangeEvent, MalformedChange
from swirl.wire.point import MalformedRecord, Point, encode

POINT = Point("clicks", 7, 1.0)
CHANGE = ChangeEvent(
    change="1",
    kind="ModelServer",
    namespace="other",
    name="judge",
    aspect="Model",
    from_version=None,
    to_version="a",
    phase="Started",
    time=datetime(2026, 1, 31, tzinfo=UTC),
    action="deployed",
)

read = reading("shop", "changes")


@pytest.mark.parametrize("source", ["shop/ModelServer/judge", "a-tool-without-a-namespace"])
def test_points_of_its_namespace_and_of_none(source: str) -> None:
    found = read("metrics", encode(source, [POINT]))
    assert isinstance(found, Points)
    assert found.points == (POINT,)


def test_points_of_others_are_skipped() -> None:
    assert read("metrics", encode("other/ModelServer/judge", [POINT])) is None


def test_a_batch_is_known_by_its_bytes() -> None:
    first, again, other = (
        read("metrics", encode("shop/ModelServer/judge", [Point("clicks", time, 1.0)]))
        for time in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_changes_are_read_wherever_they_are() -> None:
    assert read("changes", CHANGE.to_json()) == CHANGE


def test_what_is_malformed_says_so() -> None:
    with pytest.raises(MalformedChange):
        read("changes", b"{}")
    with pytest.raises(MalformedRecord):
        read("metrics", b"{}")
