"""The pipeline as a directed graph: who works on whose output."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from graphlib import TopologicalSorter
from typing import Literal, Self

from swirl.api.v1alpha1.swirlmonitor import Node

Position = Literal["Source", "Middle", "Leaf"]


class Graph:
    """A directed acyclic graph of node names.

    Args:
        after: for every node the nodes whose output it works on.

    Attributes:
        order: all nodes, upstream first, those of one rank in the order they were given.

    Raises:
        ValueError: a node is after one that is not there.
        CycleError: the nodes form a cycle.
    """

    def __init__(self, after: Mapping[str, Collection[str]]) -> None:
        for name, parents in after.items():
            for parent in parents:
                if parent not in after:
                    raise ValueError(f"node {name} is after {parent}, which is not there")
        self._after = {name: tuple(parents) for name, parents in after.items()}
        self.order = _upstream_first(self._after)
        self._upstream: dict[str, frozenset[str]] = {}
        for name in self.order:
            found = set(self._after[name])
            for parent in self._after[name]:
                found |= self._upstream[parent]
            self._upstream[name] = frozenset(found)
        self._has_downstream = {parent for parents in self._after.values() for parent in parents}

    @classmethod
    def of(cls, nodes: Iterable[Node]) -> Self:
        """The graph of a SwirlMonitor's nodes."""
        return cls({node.name: node.after for node in nodes})

    def upstream(self, name: str) -> frozenset[str]:
        """All nodes whose output reaches this one, however far."""
        return self._upstream[name]

    def unseen_before(self, name: str, seen: Collection[str]) -> frozenset[str]:
        """The nodes upstream whose output reaches this one through none of those `seen`."""
        found: set[str] = set()
        waiting = [name]
        while waiting:
            fresh = set(self._after[waiting.pop()]) - found - set(seen)
            found |= fresh
            waiting.extend(fresh)
        return frozenset(found)

    def position(self, name: str) -> Position:
        """Source (nothing upstream), Leaf (nothing downstream) or Middle."""
        if not self._after[name]:
            return "Source"
        return "Middle" if name in self._has_downstream else "Leaf"

    def most_upstream(self, names: Collection[str]) -> list[str]:
        """Those of the given nodes that have none of the others upstream, in graph order."""
        given = set(names)
        return [name for name in self.order if name in given and not self._upstream[name] & given]


def _upstream_first(after: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    given = {name: place for place, name in enumerate(after)}
    sorter = TopologicalSorter(after)
    sorter.prepare()
    order: list[str] = []
    while sorter.is_active():
        rank = sorted(sorter.get_ready(), key=given.__getitem__)
        order.extend(rank)
        sorter.done(*rank)
    return tuple(order)
