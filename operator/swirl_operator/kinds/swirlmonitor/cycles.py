"""The one thing about a pipeline's graph that CEL cannot check: that it has no cycle."""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter

from swirl.api.v1alpha1.swirlmonitor import Node


def find(nodes: Sequence[Node]) -> list[str] | None:
    """The names along a cycle, each after the next one; None when there is none.

    The first stands again at the end.
    """
    try:
        TopologicalSorter({node.name: node.after for node in nodes}).prepare()
    except CycleError as error:
        # graphlib lists them the other way round: each before the next one.
        return [str(name) for name in reversed(error.args[1])]
    return None
