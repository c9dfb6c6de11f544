from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swirl.wire.times import from_rfc3339, millis_to_rfc3339, rfc3339, rfc3339_to_millis

MOMENT = datetime(2026, 1, 31, 13, 0, 0, 120_000, timezone(timedelta(hours=1)))


def test_forms() -> None:
    assert rfc3339(MOMENT) == "2026-01-31T12:00:00Z"
    assert rfc3339(MOMENT, "microseconds") == "2026-01-31T12:00:00.120000Z"
    assert rfc3339(MOMENT, "auto") == "2026-01-31T12:00:00.120000Z"
    assert rfc3339(MOMENT.replace(microsecond=0), "auto") == "2026-01-31T12:00:00Z"


def test_the_way_back() -> None:
    assert from_rfc3339(rfc3339(MOMENT, "auto")) == MOMENT
    assert millis_to_rfc3339(rfc3339_to_millis("2026-01-31T12:00:00Z") + 999) == (
        "2026-01-31T12:00:00Z"
    )


@pytest.mark.parametrize("text", ["", "noon", "2026-01-31T12:00:00"])
def test_no_moment(text: str) -> None:
    with pytest.raises(ValueError, match=r"Invalid|no time zone"):
        from_rfc3339(text)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        rfc3339(datetime(2026, 1, 1))
    assert rfc3339(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00Z"


@given(st.datetimes(min_value=datetime(1970, 1, 2), timezones=st.just(UTC)))
def test_whole_seconds_survive_the_round_trip(moment: datetime) -> None:
    assert from_rfc3339(rfc3339(moment)) == moment.replace(microsecond=0)
