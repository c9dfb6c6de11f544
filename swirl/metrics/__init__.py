"""Sends metric points to Kafka; what they look like there is `swirl.wire.point`'s."""

from __future__ import annotations

from swirl.metrics.emitter import Emitter
from swirl.wire.kafka import KafkaSettings

__all__ = ["Emitter", "KafkaSettings"]
