"""Default names of the Kafka topics; each can be renamed in the operator's settings."""

from __future__ import annotations

METRICS_TOPIC = "swirl.metrics"
"""Metric records (`swirl.metrics.point`), keyed by source."""

CHANGES_TOPIC = "swirl.changes"
"""Change events (`swirl.metrics.change`), keyed by source."""

FINDINGS_TOPIC = "swirl.findings"
"""Verdicts of monitors, keyed by source."""
