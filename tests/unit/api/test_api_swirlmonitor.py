"""What the models of SwirlMonitor know beyond their schema."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swirl.api.v1alpha1.swirlmonitor import Metric, Node, Selector, SwirlMonitorSpec


def spec(graph: dict[str, list[str]]) -> SwirlMonitorSpec:
    nodes = [Node(name=name, after=after) for name, after in graph.items()]
    metric = Metric(name="rows", node=nodes[0].name, source=Selector(metric="rows"))
    return SwirlMonitorSpec(nodes=nodes, metrics=[metric])


@pytest.mark.parametrize(
    "graph",
    [
        {"a": []},
        {"a": [], "b": ["a"], "c": ["a", "b"]},
        {"a": [], "b": ["a"], "c": ["a"], "d": ["b", "c"]},
    ],
)
def test_no_cycle(graph: dict[str, list[str]]) -> None:
    assert spec(graph).cycle() is None


@pytest.mark.parametrize(
    "graph",
    [
        {"a": ["a"]},
        {"a": ["b"], "b": ["a"]},
        {"a": ["b"], "b": ["c"], "c": ["a"]},
        {"x": [], "a": ["x", "b"], "b": ["c"], "c": ["d"], "d": ["a"]},
    ],
)
def test_each_name_of_a_cycle_is_after_the_next_one(graph: dict[str, list[str]]) -> None:
    cycle = spec(graph).cycle()
    assert cycle is not None
    assert cycle[0] == cycle[-1]
    for name, before in pairwise(cycle):
        assert before in graph[name]


@given(st.data(), st.integers(1, 8))
def test_a_graph_drawn_in_order_has_no_cycle(data: st.DataObject, size: int) -> None:
    names = [f"n{number}" for number in range(size)]
    graph = {
        name: data.draw(st.lists(st.sampled_from(names[:place]), unique=True)) if place else []
        for place, name in enumerate(names)
    }
    assert spec(graph).cycle() is None
