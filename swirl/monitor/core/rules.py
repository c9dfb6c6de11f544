"""The verdict table: what to say of a fault, by where it begins and what was changed there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from swirl.api.v1alpha1.swirlmonitor import Rule, When
from swirl.monitor.core.graph import Position
from swirl.wire.change import Aspect

NO_RESOURCE: Final = "None"

DEFAULT_RULES = (
    Rule(
        name="platform-change",
        when=When(change="Present", aspect="Platform"),
        verdict="Swirl itself was changed",
    ),
    Rule(
        name="model-change",
        when=When(node_kinds=["ModelServer"], change="Present", aspect="Model"),
        verdict="Deployed bug in ML code",
    ),
    Rule(
        name="server-change",
        when=When(node_kinds=["ModelServer"], change="Present"),
        verdict="Deployed bug in serving code",
    ),
    Rule(
        name="job-change",
        when=When(node_kinds=["AnalyticsJob"], change="Present"),
        verdict="Deployed bug in pipeline code",
    ),
    Rule(
        name="leaf-change",
        when=When(position="Leaf", change="Present"),
        verdict="Deployed bug in serving code",
    ),
    Rule(
        name="stage-change",
        when=When(change="Present"),
        verdict="Deployed bug in pipeline code",
    ),
    # Fewer answers, none or errors: that is no drift, whatever became of the world.
    Rule(
        name="server-stopped",
        when=When(node_kinds=["ModelServer"], change="Absent", stopped=True),
        verdict="Serving is broken",
    ),
    Rule(
        name="world-changed",
        when=When(node_kinds=["ModelServer"], change="Absent"),
        verdict="The world changed: the model no longer fits its data",
    ),
    Rule(
        name="serving-broken",
        when=When(
            node_kinds=["Deployment", "Service", NO_RESOURCE], position="Leaf", change="Absent"
        ),
        verdict="Serving is broken",
    ),
    Rule(
        name="pipeline-broken",
        when=When(
            node_kinds=["AnalyticsJob", "Deployment", "Service", NO_RESOURCE], change="Absent"
        ),
        verdict="Data pipeline is broken",
    ),
)
"""Tried in this order, after the user's own; a user can write each of them in `spec.rules`."""

UNKNOWN = Rule(name="unknown", when=When(), verdict="Something is wrong, cause unknown")


def choose(
    rules: Iterable[Rule],
    *,
    node: str,
    node_kind: str,
    position: Position,
    aspect: Aspect | None,
    stopped: bool,
) -> Rule:
    """Return the first rule that applies to a fault, or `UNKNOWN`.

    Args:
        rules: in order; the shipped ones are not added.
        node: where the fault begins.
        node_kind: kind of the resource behind it, `None` if there is none.
        position: Source, Middle or Leaf.
        aspect: what the causing change changed; None if no change is held to be the cause.
        stopped: whether the node's volume, rather than its answers, is wrong.
    """
    for rule in rules:
        when = rule.when
        if (
            when.node in (None, node)
            and (not when.node_kinds or node_kind in when.node_kinds)
            and when.position in (None, position)
            and when.change in (None, "Absent" if aspect is None else "Present")
            and when.aspect in (None, aspect)
            and when.stopped in (None, stopped)
        ):
            return rule
    return UNKNOWN
