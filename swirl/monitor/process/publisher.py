"""Publishes verdicts on Kafka, for whoever wants to act on them; see `swirl.wire.verdict`."""

from __future__ import annotations

import logging
from typing import Protocol

from swirl.api.v1alpha1.swirlmonitor import Verdict
from swirl.kafka.delivery import NotDelivered, Producer, RecordLost
from swirl.monitor.core.state import LEARNING
from swirl.wire.verdict import VerdictRecord

logger = logging.getLogger(__name__)

_CONFIRM_SECONDS = 3.0


class Publisher(Protocol):
    """Where verdicts go besides the status."""

    def offer(self, verdict: Verdict) -> None:
        """Take a verdict to be published; verdicts that say the same are published once."""

    def flush(self) -> None:
        """Try to deliver; what fails is kept for the next time."""


class KafkaPublisher:
    """Publishes all verdicts but one; that it is learning helps nobody.

    Args:
        producer: delivers them; closed by its owner.
        topic: of the verdicts.
        namespace, name: of the monitor.
    """

    def __init__(self, producer: Producer, topic: str, namespace: str, name: str) -> None:
        self._producer = producer
        self._topic = topic
        self._namespace = namespace
        self._name = name
        self._pending: list[VerdictRecord] = []
        self._last: str | None = None
        self._failing = False

    def offer(self, verdict: Verdict) -> None:
        """See `Publisher`."""
        if verdict.state == LEARNING:
            return
        body = verdict.model_dump(by_alias=True, exclude_none=True)
        record = VerdictRecord(self._namespace, self._name, body)
        if record.id != self._last:
            self._last = record.id
            self._pending.append(record)

    def flush(self) -> None:
        """See `Publisher`."""
        while self._pending:
            record = self._pending[0]
            try:
                self._producer.deliver(
                    self._topic, record.source.encode(), record.to_json(), _CONFIRM_SECONDS
                )
            except (NotDelivered, RecordLost) as error:
                if not self._failing:
                    logger.warning("verdicts: not published, will try again: %s", error)
                self._failing = True
                return
            self._failing = False
            del self._pending[0]
