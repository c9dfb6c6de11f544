"""The tweet feed: replays held-out tweets into Kafka at a steady rate."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ads import records, topics, tweets
from ads.program import log_to_stderr, set_when_stopped
from ads.tweets import Tweet

logger = logging.getLogger(__name__)

# The audience of this feed is a happy one. How the tweets of each label read is real; how many
# there are of each is set here.
MIX: Mapping[str, float] = {"positive": 0.86, "neutral": 0.05, "negative": 0.09}

# A feed that fell behind by more does not catch up: readers get no tweets they missed.
MAX_BACKLOG_SECONDS = 1.0
_TICK_SECONDS = 0.1


@dataclass(frozen=True)
class Settings:
    """What the environment says."""

    bootstrap_servers: str
    version: records.Format = "v1"
    rate: float = 100.0
    malformed_share: float = 0.005

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> Settings:
        """From KAFKA_BOOTSTRAP_SERVERS, FEED_FORMAT, FEED_RATE and FEED_MALFORMED_SHARE."""
        return cls(
            bootstrap_servers=env["KAFKA_BOOTSTRAP_SERVERS"],
            version=records.known_format(env.get("FEED_FORMAT", cls.version)),
            rate=float(env.get("FEED_RATE", cls.rate)),
            malformed_share=float(env.get("FEED_MALFORMED_SHARE", cls.malformed_share)),
        )


class Pace:
    """How many records are due, so that the rate holds over any stretch of time."""

    def __init__(self, rate: float, start: float) -> None:
        self._rate = rate
        self._start = start
        self._sent = 0

    def due(self, now: float) -> int:
        """Records to send at `now`; counts them as sent."""
        late = (now - self._start) - self._sent / self._rate
        if late > MAX_BACKLOG_SECONDS:
            self._start += late - MAX_BACKLOG_SECONDS
        count = max(0, int((now - self._start) * self._rate) - self._sent)
        self._sent += count
        return count


def replay(held_out: Sequence[Tweet], chance: random.Random) -> Iterator[Tweet]:
    """Held-out tweets for ever, in the proportions of `MIX`.

    Only tweets on whose label the labellers agreed: a reader's click should not hang on an opinion.
    """
    by_label = {
        label: [tweet for tweet in held_out if tweet.label == label and tweet.agreed]
        for label in MIX
    }
    for label, choice in by_label.items():
        if not choice:
            raise ValueError(f"there is no held-out tweet with the label {label!r}")
    while True:
        label = chance.choices(list(MIX), weights=list(MIX.values()))[0]
        yield chance.choice(by_label[label])


def run(settings: Settings, producer: Any, stop: threading.Event) -> int:
    """Feed until `stop` is set; returns how many records were sent."""
    chance = random.Random()
    source = replay(tweets.split(tweets.load())[1], chance)
    pace = Pace(settings.rate, time.monotonic())
    first = number = time.time_ns() // 1_000_000
    logger.info("feeding %g tweets/s in format %s", settings.rate, settings.version)
    while not stop.wait(_TICK_SECONDS):
        for _ in range(pace.due(time.monotonic())):
            created_at = time.time_ns() // 1_000_000
            record = records.encode(next(source), number, created_at, settings.version, chance)
            if chance.random() < settings.malformed_share:
                record = records.damage(record, chance)
            producer.send(topics.RAW, record, timestamp_ms=created_at)
            number += 1
    return number - first


def main(env: Mapping[str, str]) -> None:
    """Run as the environment says until SIGTERM."""
    from kafka import KafkaProducer

    settings = Settings.from_environment(env)
    stop = set_when_stopped()
    topics.ensure_topics(settings.bootstrap_servers, topics.RAW)
    producer = KafkaProducer(
        bootstrap_servers=settings.bootstrap_servers.split(","), linger_ms=50, acks=1
    )
    try:
        logger.info("sent %d records", run(settings, producer, stop))
    finally:
        producer.close(timeout=5)


if __name__ == "__main__":
    import os

    log_to_stderr("kafka")
    main(os.environ)
