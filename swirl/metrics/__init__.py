"""Metric points, change events and the Kafka topics that carry them."""

from __future__ import annotations

from swirl.metrics.change import ChangeEvent, MalformedChange, change_id
from swirl.metrics.emitter import Emitter
from swirl.metrics.point import MalformedRecord, Point, Record, decode, encode
from swirl.metrics.topics import CHANGES_TOPIC, FINDINGS_TOPIC, METRICS_TOPIC

__all__ = [
    "CHANGES_TOPIC",
    "FINDINGS_TOPIC",
    "METRICS_TOPIC",
    "ChangeEvent",
    "Emitter",
    "MalformedChange",
    "MalformedRecord",
    "Point",
    "Record",
    "change_id",
    "decode",
    "encode",
]
