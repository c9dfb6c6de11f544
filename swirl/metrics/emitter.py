"""Sends metric points to Kafka from a background thread.

Metrics must never cost their producer anything: `Emitter.emit` only appends to a bounded queue. If
Kafka is away, at the start or later, points wait there; when the queue is full the oldest are
dropped and counted, because the newest say most about the present.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Mapping
from typing import Any

from swirl.kafka.delivery import RETRY_SECONDS, NotDelivered, Producer, RecordLost
from swirl.wire.kafka import KafkaSettings
from swirl.wire.point import Point, encode
from swirl.wire.topics import METRICS_TOPIC

logger = logging.getLogger(__name__)

POINTS_PER_RECORD = 500
_CONFIRM_SECONDS = 1.0


class Emitter:
    """Batches points for `linger` seconds and sends them as records of one source.

    Args:
        kafka: where Kafka is.
        topic: topic of the metric records.
        source: `<namespace>/<kind>/<name>` of what the points are about.
        linger: seconds a point waits for company.
        capacity: points kept while Kafka is away; beyond it the oldest are dropped.
        producer: replaces Kafka's, for tests.

    Raises:
        ImportError: the `metrics` extra is not installed.
        ValueError: `source` is empty.
    """

    def __init__(
        self,
        kafka: KafkaSettings,
        topic: str = METRICS_TOPIC,
        *,
        source: str,
        linger: float = 1.0,
        capacity: int = 10_000,
        producer: Producer | None = None,
    ) -> None:
        if not source:
            raise ValueError("Emitter needs a source, written <namespace>/<kind>/<name>")
        if producer is None:
            from swirl.kafka.producer import DurableProducer

            producer = DurableProducer(kafka)
        self._producer = producer
        self._topic = topic
        self._source = source
        self._linger = linger
        self._capacity = capacity
        self._queue: deque[Point] = deque()
        self._batch: list[Point] = []
        self._record = b""
        self._dropped = 0
        self._sent = 0
        self._failing = False
        self._deadline = math.inf
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="swirl-emitter", daemon=True)
        self._thread.start()

    def emit(
        self,
        name: str,
        value: float,
        labels: Mapping[str, Any] | None = None,
        time: int | None = None,
    ) -> None:
        """Queue one point; returns at once and never raises for what Kafka does.

        Args:
            name: metric name.
            value: a delta for counters, a reading for gauges. NaN and infinity cannot be sent:
                such a point is dropped and counted.
            labels: values are turned into strings.
            time: milliseconds since the Unix epoch; now if None.

        Raises:
            TypeError: `value` or `time` is no number.
            ValueError: `name` is empty.
        """
        point = point_of(name, value, labels, time)
        with self._lock:
            if self._closing.is_set() or not math.isfinite(point.value):
                self._dropped += 1
                return
            self._queue.append(point)
            if len(self._queue) > self._capacity:
                self._queue.popleft()
                self._dropped += 1

    @property
    def dropped(self) -> int:
        """Points that were given up: queue full, not finite, or not delivered by `close`."""
        return self._dropped

    @property
    def sent(self) -> int:
        """Points that Kafka has confirmed."""
        return self._sent

    def close(self, timeout: float = 5.0) -> bool:
        """Send what is queued, for at most `timeout` seconds, and stop. May be called again.

        Returns:
            Whether everything queued was delivered; the rest is counted in `dropped`.
        """
        with self._lock:
            self._deadline = min(self._deadline, _clock() + timeout)
        self._closing.set()
        self._thread.join(timeout)
        with self._lock:
            left = len(self._queue) + len(self._batch)
            self._queue.clear()
            self._batch = []
            self._dropped += left
        if left:
            logger.warning("metrics: %d points of %s were not delivered", left, self._source)
        return left == 0

    def __enter__(self) -> Emitter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        wait = self._linger
        while True:
            closing = self._closing.wait(wait)
            flushed = self._flush()
            if closing and (flushed or _clock() >= self._deadline):
                break
            wait = self._linger if flushed else max(self._linger, RETRY_SECONDS)
            if closing:
                time.sleep(0.05)
        self._producer.close()

    def _flush(self) -> bool:
        """Send all that is queued now; False if Kafka did not confirm in time."""
        while batch := self._next_batch():
            try:
                self._record = self._record or encode(self._source, batch)
                remaining = max(0.0, self._deadline - _clock())
                self._producer.deliver(
                    self._topic,
                    self._source.encode(),
                    self._record,
                    min(_CONFIRM_SECONDS, remaining),
                )
            except NotDelivered as error:
                self._report(failure=str(error))
                return False
            except RecordLost as error:
                self._settle(delivered=False)
                self._report(failure=str(error))
            except Exception as error:
                # A surprise costs this batch; it must not end the thread.
                logger.exception("metrics: a batch could not be sent")
                self._settle(delivered=False)
                self._report(failure=str(error))
            else:
                self._settle(delivered=True)
                self._report(failure=None)
        return True

    def _next_batch(self) -> list[Point]:
        """The batch that is under way, or else the next; empty if nothing is left."""
        with self._lock:
            if self._batch:
                return self._batch
            count = min(POINTS_PER_RECORD, len(self._queue))
            self._batch = [self._queue.popleft() for _ in range(count)]
            self._record = b""
            return self._batch

    def _settle(self, *, delivered: bool) -> None:
        with self._lock:
            # Empty if close() ran out of time: it has counted these points as dropped.
            count = len(self._batch)
            self._batch = []
            if delivered:
                self._sent += count
            else:
                self._dropped += count

    def _report(self, *, failure: str | None) -> None:
        """Log when delivery begins to fail and when it works again, not in between."""
        if failure is None and self._failing:
            logger.info("metrics: delivery to Kafka works again, %d dropped so far", self._dropped)
        elif failure is not None and not self._failing:
            logger.warning(
                "metrics: %s; up to %d points are kept until it answers", failure, self._capacity
            )
        self._failing = failure is not None


def point_of(name: str, value: float, labels: Mapping[str, Any] | None, time: int | None) -> Point:
    """Return the point that `Emitter.emit` makes of its arguments.

    Raises:
        TypeError: `value` or `time` is no number.
        ValueError: `name` is empty.
    """
    if not name:
        raise ValueError("a metric needs a name")
    return Point(
        str(name),
        _now_ms() if time is None else int(time),
        float(value),
        {str(key): str(item) for key, item in (labels or {}).items()},
    )


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _clock() -> float:
    return time.monotonic()
