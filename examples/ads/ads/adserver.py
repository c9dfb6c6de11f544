"""The ad server: an ad for the author of every tweet that the model calls positive.

Its readers are simulated, but honest: they click when *people* said that the tweet is positive. So
clicks follow from how right the model is.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

from ads import topics
from ads.program import log_to_stderr, set_when_stopped
from ads.scoring import Scorer, Unserved

logger = logging.getLogger(__name__)

METRICS = ("ads_served", "clicks", "unserved", "expired")


class Labeller(Protocol):
    """What the ad server needs of the model server."""

    def label(self, text: str) -> str:
        """The predicted label of a text."""


@dataclass(frozen=True)
class Settings:
    """What the environment says."""

    bootstrap_servers: str
    scorer_url: str
    source: str
    metrics_topic: str = "swirl.metrics"
    concurrency: int = 4

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> Settings:
        """From KAFKA_BOOTSTRAP_SERVERS, SCORER_URL, METRICS_SOURCE and two that are optional."""
        return cls(
            bootstrap_servers=env["KAFKA_BOOTSTRAP_SERVERS"],
            scorer_url=env["SCORER_URL"],
            source=env["METRICS_SOURCE"],
            metrics_topic=env.get("METRICS_TOPIC", cls.metrics_topic),
            concurrency=int(env.get("CONCURRENCY", cls.concurrency)),
        )


class Tally:
    """Counts since the last reading; threads may add at the same time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def add(self, name: str) -> None:
        """One more of `name`."""
        with self._lock:
            self._counts[name] += 1

    def take(self) -> dict[str, int]:
        """Every metric with its count, and start again. Zeros too: no clicks is not silence."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        return {name: counts[name] for name in METRICS}


class AdServer:
    """Decides about one tweet at a time."""

    # An author who tweeted so long ago has moved on.
    max_age_seconds = 30.0

    def __init__(
        self, scorer: Labeller, tally: Tally, clock: Callable[[], float] = time.time
    ) -> None:
        self._scorer = scorer
        self._tally = tally
        self._clock = clock

    def serve(self, record: bytes) -> None:
        """Score the tweet, show an ad or not, and let the reader click or not."""
        tweet: dict[str, Any] = json.loads(record)
        if self._clock() - tweet["created_at"] / 1000 > self.max_age_seconds:
            self._tally.add("expired")
            return
        try:
            predicted = self._scorer.label(tweet["text"])
        except Unserved as error:
            logger.warning("tweet %s was not scored: %s", tweet["id"], error)
            self._tally.add("unserved")
            return
        if predicted == "positive":
            self._tally.add("ads_served")
            if tweet["label"] == "positive":
                self._tally.add("clicks")


def run(
    consumer: Any,
    ads: AdServer,
    tally: Tally,
    emit: Callable[[str, int], None],
    stop: threading.Event,
    *,
    concurrency: int = 4,
) -> None:
    """Serve what the consumer brings, and emit the tally once a second, until `stop` is set."""

    def report() -> None:
        while not stop.wait(1.0):
            for name, count in tally.take().items():
                emit(name, count)

    reporter = threading.Thread(target=report, name="report")
    reporter.start()
    try:
        with ThreadPoolExecutor(max_workers=concurrency) as threads:
            while not stop.is_set():
                batches = consumer.poll(timeout_ms=500, max_records=200).values()
                tweets = [message.value for batch in batches for message in batch]
                for _ in threads.map(ads.serve, tweets):
                    pass
    finally:
        stop.set()
        reporter.join()


def main(env: Mapping[str, str]) -> None:
    """Run as the environment says until SIGTERM."""
    from kafka import KafkaConsumer

    from swirl.metrics import Emitter, KafkaSettings

    settings = Settings.from_environment(env)
    stop = set_when_stopped()
    topics.ensure_topics(settings.bootstrap_servers, topics.CLEAN)
    # No group: an ad server that was away has nothing to say to the authors it missed.
    consumer = KafkaConsumer(
        topics.CLEAN,
        bootstrap_servers=settings.bootstrap_servers.split(","),
        auto_offset_reset="latest",
    )
    emitter = Emitter(
        KafkaSettings(bootstrap_servers=settings.bootstrap_servers),
        settings.metrics_topic,
        source=settings.source,
    )
    scorer = Scorer(settings.scorer_url)
    tally = Tally()
    try:
        run(
            consumer,
            AdServer(scorer, tally),
            tally,
            emitter.emit,
            stop,
            concurrency=settings.concurrency,
        )
    finally:
        consumer.close()
        scorer.close()
        emitter.close()


if __name__ == "__main__":
    import os

    log_to_stderr("httpx", "kafka")
    main(os.environ)
