"""The verdict table: what to say of a fault, by where it begins and what was changed there."""

from __future__ import annotations

from collections.abc import Iterable

from swirl.monitor.core.spec import Rule, When

NO_RESOURCE = "None"

DEFAULT_RULES = (
    Rule(
        "model-change",
        When(node_kinds=("ModelServer",), change="Present", what="Model"),
        "Deployed bug in ML code",
    ),
    Rule(
        "server-change",
        When(node_kinds=("ModelServer",), change="Present"),
        "Deployed bug in serving code",
    ),
    Rule(
        "job-change",
        When(node_kinds=("AnalyticsJob",), change="Present"),
        "Deployed bug in pipeline code",
    ),
    Rule("leaf-change", When(position="Leaf", change="Present"), "Deployed bug in serving code"),
    Rule("stage-change", When(change="Present"), "Deployed bug in pipeline code"),
    # Fewer answers, none or errors: that is no drift, whatever became of the world.
    Rule(
        "server-stopped",
        When(node_kinds=("ModelServer",), change="Absent", stopped=True),
        "Serving is broken",
    ),
    Rule(
        "world-changed",
        When(node_kinds=("ModelServer",), change="Absent"),
        "The world changed: the model no longer fits its data",
    ),
    Rule(
        "serving-broken",
        When(node_kinds=("Deployment", "Service", NO_RESOURCE), position="Leaf", change="Absent"),
        "Serving is broken",
    ),
    Rule(
        "pipeline-broken",
        When(
            node_kinds=("AnalyticsJob", "Deployment", "Service", NO_RESOURCE),
            change="Absent",
        ),
        "Data pipeline is broken",
    ),
)
"""Tried in this order, after the user's own."""

UNKNOWN = Rule("unknown", When(), "Something is wrong, cause unknown")


def choose(
    rules: Iterable[Rule],
    *,
    node: str,
    node_kind: str,
    position: str,
    what: str | None,
    stopped: bool,
) -> Rule:
    """Return the first rule that applies to a fault, or `UNKNOWN`.

    Args:
        rules: in order; the shipped ones are not added.
        node: where the fault begins.
        node_kind: kind of the resource behind it, `None` if there is none.
        position: Source, Middle or Leaf.
        what: what the causing change changed; None if no change is held to be the cause.
        stopped: whether the node's volume, rather than its answers, is wrong.
    """
    for rule in rules:
        when = rule.when
        if (
            when.node in (None, node)
            and (not when.node_kinds or node_kind in when.node_kinds)
            and when.position in (None, position)
            and when.change in (None, "Absent" if what is None else "Present")
            and when.what in (None, what)
            and when.stopped in (None, stopped)
        ):
            return rule
    return UNKNOWN
