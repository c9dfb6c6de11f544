"""What a namespace needs so that Swirl's Pods can run there, and what to do where it is missing."""

from __future__ import annotations

ACCOUNTS = frozenset({"swirl-driver", "swirl-scorer", "swirl-monitor"})
"""What the chart makes in every namespace for workloads."""

NOT_PREPARED = (
    "the namespace is not prepared for Swirl; add it to the chart's workloadNamespaces, or label "
    "it swirl.dev/workloads=true"
)
