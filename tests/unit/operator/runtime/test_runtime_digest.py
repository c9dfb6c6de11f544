"""Short digests."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from swirl_operator.runtime.digest import short_digest

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.text(), JSON))
def test_digests_do_not_depend_on_the_order_of_keys(value: dict[str, object]) -> None:
    digest = short_digest(value)
    assert digest == short_digest(dict(reversed(value.items())))
    assert len(digest) == 8
    assert set(digest) <= set("0123456789abcdef")


def test_digests_differ() -> None:
    assert len({short_digest(value) for value in (1, "1", [1], {"a": 1}, {"a": 2}, None)}) == 6
