"""Times as the API writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swirl_operator.status.times import from_text, to_text


def test_times_are_utc_and_whole_seconds() -> None:
    moment = datetime(2026, 1, 31, 13, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=1)))
    assert to_text(moment) == "2026-01-31T12:00:00Z"


@given(st.datetimes(min_value=datetime(1970, 1, 2), timezones=st.just(UTC)))
def test_times_survive_the_round_trip(moment: datetime) -> None:
    assert from_text(to_text(moment)) == moment.replace(microsecond=0)


def test_times_without_a_zone_are_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        from_text("2026-01-31T12:00:00")
