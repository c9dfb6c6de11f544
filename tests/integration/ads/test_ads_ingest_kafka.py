"""Ingest as its pod runs it, between two topics of a real Kafka, through a stop in the middle."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ads import feed, records, topics, tweets
from tests.support.drivers import driver_environ
from tests.support.spark import CONF, spark_jars

REPOSITORY = Path(__file__).parents[3]
# Only as long as it takes: a busy machine starts a JVM in a minute.
LIMIT_SECONDS = 240.0


class Bench:
    """Topics of its own, a producer for one and consumers for the others."""

    def __init__(self, bootstrap: str) -> None:
        from kafka import KafkaConsumer, KafkaProducer

        name = uuid.uuid4().hex[:8]
        self.bootstrap = bootstrap
        self.source, self.target, self.metrics = (f"{name}.{part}" for part in ("a", "b", "m"))
        topics.ensure_topics(bootstrap, self.source, self.target, self.metrics)
        self._producer = KafkaProducer(bootstrap_servers=bootstrap)
        self._consumer = KafkaConsumer(
            self.target,
            self.metrics,
            bootstrap_servers=bootstrap,
            auto_offset_reset="earliest",
        )
        self.ids: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self.times: list[int] = []

    def send(self, values: list[bytes]) -> None:
        """Put records into the source topic."""
        for value in values:
            self._producer.send(self.source, value)
        self._producer.flush()

    def look(self) -> None:
        """Take in what has come out meanwhile."""
        for batch in self._consumer.poll(timeout_ms=500).values():
            for message in batch:
                content = json.loads(message.value)
                if message.topic == self.target:
                    self.ids[content["id"]] += 1
                    continue
                assert content["source"] == "ads/AnalyticsJob/ingest"
                for point in content["points"]:
                    self.counts[point["n"]] += point["v"]
                    self.times.append(point["t"])

    def until(self, seen: int, driver: subprocess.Popen[bytes]) -> None:
        """Look until `records_in` has counted so many."""
        end = time.monotonic() + LIMIT_SECONDS
        while self.counts["records_in"] < seen:
            assert driver.poll() is None, "the driver ended"
            assert time.monotonic() < end, f"{self.counts} after {LIMIT_SECONDS:.0f} s"
            self.look()

    def close(self) -> None:
        """Close all connections."""
        self._producer.close()
        self._consumer.close()


@contextmanager
def _driver(bench: Bench, folder: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    told = driver_environ(
        folder,
        "ads.ingest:ingest",
        kafka=bench.bootstrap,
        metrics_topic=bench.metrics,
        spark_conf={**CONF, "spark.jars": spark_jars()},
        job="ingest",
        name="ingest-1",
        mode="Streaming",
        artifacts=folder.as_uri(),
        parameters={"source": bench.source, "target": bench.target, "trigger_seconds": 1},
    )
    env = {
        **os.environ,
        **told,
        "PYTHONPATH": f"{REPOSITORY}:{REPOSITORY / 'examples' / 'ads'}",
    }
    with (
        log.open("ab") as out,
        subprocess.Popen(
            [sys.executable, "-m", "swirl.job"], env=env, stdout=out, stderr=out
        ) as process,
    ):
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def _knows_where_to_begin(folder: Path) -> bool:
    return (folder / "work" / "ads" / "ingest" / "checkpoint" / "sources" / "0" / "0").exists()


def test_nothing_is_lost_over_a_stop_and_every_record_is_counted(
    kafka: str, tmp_path: Path
) -> None:
    chance = random.Random(3)
    source = feed.replay(tweets.split(tweets.load())[1], chance)

    def some(first: int, count: int) -> list[bytes]:
        now = time.time_ns() // 1_000_000
        return [
            records.encode(next(source), first + number, now, "v1", chance)
            for number in range(count)
        ]

    bench = Bench(kafka)
    started = time.time_ns() // 1_000_000
    try:
        with _driver(bench, tmp_path, tmp_path / "first.log") as driver:
            end = time.monotonic() + LIMIT_SECONDS
            # What was sent before the first start is not its concern.
            while not _knows_where_to_begin(tmp_path):
                assert driver.poll() is None, (tmp_path / "first.log").read_text()[-3000:]
                assert time.monotonic() < end
                time.sleep(0.2)
            bench.send([*some(0, 300), b"<html>", b"{}"])
            bench.until(302, driver)
            driver.send_signal(signal.SIGTERM)
            assert driver.wait(timeout=40) == 143
        bench.send([*some(300, 200), b"cut o"])
        with _driver(bench, tmp_path, tmp_path / "second.log") as driver:
            bench.until(503, driver)
            driver.send_signal(signal.SIGTERM)
            assert driver.wait(timeout=40) == 143
        bench.look()
    finally:
        bench.close()
    assert set(bench.ids) == {str(number) for number in range(500)}
    assert bench.counts["records_rejected"] == pytest.approx(3)
    assert min(bench.times) >= started - 1000
    assert json.loads((tmp_path / "termination").read_text())["reason"] == "DriverLost"
