"""The feed's rate, its mix and its settings."""

from __future__ import annotations

import json
import random
import threading
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ads import feed, topics, tweets
from ads.tweets import Tweet


@given(st.lists(st.floats(0, 0.9), min_size=1, max_size=50))
def test_the_pace_holds_over_any_stretch_without_a_stall(gaps: list[float]) -> None:
    pace = feed.Pace(100, start=10.0)
    now = 10.0
    sent = 0
    for gap in gaps:
        now += gap
        sent += pace.due(now)
    assert abs(sent - (now - 10.0) * 100) <= 1.01


def test_after_a_stall_only_the_last_second_is_caught_up() -> None:
    pace = feed.Pace(100, start=0.0)
    assert pace.due(1.0) == 100
    assert pace.due(61.0) == pytest.approx(100, abs=1)
    assert pace.due(62.0) == pytest.approx(100, abs=1)


def test_the_mix_and_only_tweets_the_labellers_agreed_on() -> None:
    pool = [Tweet(label, label, label, 1.0) for label in feed.MIX]
    pool += [Tweet("doubtful", "doubtful", label, 0.5) for label in feed.MIX]
    source = feed.replay(pool, random.Random(1))
    found = Counter(next(source).text for _ in range(5000))
    assert set(found) == set(feed.MIX)
    for label, share in feed.MIX.items():
        assert found[label] / 5000 == pytest.approx(share, abs=0.02)


def test_a_missing_label_is_said() -> None:
    with pytest.raises(ValueError, match="neutral"):
        next(feed.replay([Tweet("a", "a", "positive", 1.0)], random.Random(1)))


class Sink:
    """Takes records, and stops the feed when it has enough."""

    def __init__(self, stop: threading.Event) -> None:
        self.sent: list[bytes] = []
        self._stop = stop

    def send(self, topic: str, value: bytes, timestamp_ms: int) -> None:
        assert topic == topics.RAW
        assert timestamp_ms > 1_600_000_000_000
        self.sent.append(value)
        if len(self.sent) >= 50:
            self._stop.set()


def test_only_held_out_tweets_are_fed() -> None:
    stop = threading.Event()
    sink = Sink(stop)
    settings = feed.Settings("nowhere:9092", rate=1000, malformed_share=0.0)
    assert feed.run(settings, sink, stop) == len(sink.sent)
    for record in sink.sent:
        assert tweets.is_held_out(tweets.clean(json.loads(record)["text"]))


def test_settings_come_from_the_environment() -> None:
    env = {"KAFKA_BOOTSTRAP_SERVERS": "k:9092", "FEED_FORMAT": "v2", "FEED_RATE": "20"}
    settings = feed.Settings.from_environment(env)
    assert settings == feed.Settings("k:9092", version="v2", rate=20.0)
    with pytest.raises(ValueError, match="v1 and v2"):
        feed.Settings.from_environment({**env, "FEED_FORMAT": "latest"})
