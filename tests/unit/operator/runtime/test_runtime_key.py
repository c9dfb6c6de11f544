"""Keys of the work queue."""

from __future__ import annotations

from swirl_operator.runtime.key import Key


def test_keys_sort_and_print() -> None:
    assert str(Key("Pod", "ns", "a")) == "Pod ns/a"
    assert sorted([Key("B", "", ""), Key("A", "", "")])[0].kind == "A"
