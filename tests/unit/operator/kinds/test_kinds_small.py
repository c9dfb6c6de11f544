"""artifacts, digest, labels, quantity, times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swirl_operator.kinds.artifacts import ArtifactStore
from swirl_operator.kinds.digest import short_digest
from swirl_operator.kinds.labels import child_labels
from swirl_operator.kinds.quantity import mebibytes
from swirl_operator.kinds.times import from_text, to_text

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def test_a_store_in_a_directory_is_a_claim() -> None:
    store = ArtifactStore("file:///var/lib/swirl", "claim")
    assert store.path == "/var/lib/swirl"
    (volume,) = store.volumes()
    assert volume["persistentVolumeClaim"] == {"claimName": "claim"}
    assert store.mounts() == [{"name": volume["name"], "mountPath": "/var/lib/swirl"}]
    assert store.mounts(read_only=True)[0]["readOnly"] is True


def test_a_store_elsewhere_needs_no_volume() -> None:
    store = ArtifactStore("s3://bucket/models", "claim")
    assert (store.path, store.volumes(), store.mounts()) == (None, [], [])


@given(st.dictionaries(st.text(), JSON))
def test_digests_do_not_depend_on_the_order_of_keys(value: dict[str, object]) -> None:
    digest = short_digest(value)
    assert digest == short_digest(dict(reversed(value.items())))
    assert len(digest) == 8
    assert set(digest) <= set("0123456789abcdef")


def test_digests_differ() -> None:
    assert len({short_digest(value) for value in (1, "1", [1], {"a": 1}, {"a": 2}, None)}) == 6


def test_labels_name_the_parent() -> None:
    assert child_labels("ModelServer", "x", extra="y") == {
        "app.kubernetes.io/managed-by": "swirl",
        "swirl.dev/kind": "ModelServer",
        "swirl.dev/name": "x",
        "extra": "y",
    }


@pytest.mark.parametrize(("text", "value"), [("700Mi", 700), ("2Gi", 2048)])
def test_quantities(text: str, value: int) -> None:
    assert mebibytes(text) == value


@pytest.mark.parametrize("text", ["1", "1M", "1.5Gi", "", "Mi"])
def test_quantities_of_other_units_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"Mi|int"):
        mebibytes(text)


def test_times_are_utc_and_whole_seconds() -> None:
    moment = datetime(2026, 1, 31, 13, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=1)))
    assert to_text(moment) == "2026-01-31T12:00:00Z"


@given(st.datetimes(min_value=datetime(1970, 1, 2), timezones=st.just(UTC)))
def test_times_survive_the_round_trip(moment: datetime) -> None:
    assert from_text(to_text(moment)) == moment.replace(microsecond=0)


def test_times_without_a_zone_are_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        from_text("2026-01-31T12:00:00")
