"""The pipeline's graph."""

from __future__ import annotations

from graphlib import CycleError

import pytest

from swirl.monitor.core.graph import Graph

DIAMOND = Graph({"end": ["left", "right"], "left": ["top"], "right": ["top"], "top": []})


def test_upstream_reaches_all_the_way() -> None:
    assert DIAMOND.upstream("end") == {"left", "right", "top"}
    assert DIAMOND.upstream("top") == frozenset()


def test_order_is_upstream_first_whatever_the_order_of_the_spec() -> None:
    assert DIAMOND.order == ("top", "left", "right", "end")


def test_positions() -> None:
    assert [DIAMOND.position(name) for name in DIAMOND.order] == [
        "Source",
        "Middle",
        "Middle",
        "Leaf",
    ]
    assert Graph({"only": []}).position("only") == "Source"


def test_most_upstream_of_some() -> None:
    assert DIAMOND.most_upstream({"end", "left"}) == ["left"]
    assert DIAMOND.most_upstream({"left", "right"}) == ["left", "right"]
    assert DIAMOND.most_upstream({"end", "top"}) == ["top"]


def test_refuses_cycles_and_strangers() -> None:
    with pytest.raises(CycleError):
        Graph({"a": ["b"], "b": ["a"], "c": []})
    with pytest.raises(ValueError, match="after x, which is not there"):
        Graph({"a": ["x"]})


def test_unseen_before_stops_at_what_is_seen() -> None:
    chain = Graph({"a": [], "b": ["a"], "c": ["b"], "d": ["c"]})
    assert chain.unseen_before("d", {"d"}) == {"a", "b", "c"}
    assert chain.unseen_before("d", {"d", "b"}) == {"c"}
    assert chain.unseen_before("d", {"c", "d"}) == frozenset()
    assert DIAMOND.unseen_before("end", {"end", "left"}) == {"right", "top"}
