"""Names of the Kafka topics."""

from __future__ import annotations

from dataclasses import dataclass, field

from swirl.wire.environment import Environment, variable

METRICS_TOPIC = "swirl.metrics"
"""Metric records (`swirl.wire.point`), keyed by source."""

CHANGES_TOPIC = "swirl.changes"
"""Change events (`swirl.wire.change`), keyed by source."""

VERDICTS_TOPIC = "swirl.verdicts"
"""Verdicts of monitors (`swirl.wire.verdict`), keyed by source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics(Environment):
    """The topics of an installation."""

    metrics: str = field(default=METRICS_TOPIC, metadata=variable("SWIRL_METRICS_TOPIC"))
    changes: str = field(default=CHANGES_TOPIC, metadata=variable("SWIRL_CHANGES_TOPIC"))
    verdicts: str = field(default=VERDICTS_TOPIC, metadata=variable("SWIRL_VERDICTS_TOPIC"))
