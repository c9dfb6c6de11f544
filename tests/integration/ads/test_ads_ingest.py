"""What ingest lets through, in a real Spark."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from ads import feed, ingest, records, tweets

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

SENT = datetime(2026, 5, 4, 12, 0, 0, 250_000, tzinfo=UTC)


def _raw(spark: SparkSession, values: list[bytes], gap: timedelta = timedelta()) -> DataFrame:
    rows = [(bytearray(value), SENT + number * gap) for number, value in enumerate(values)]
    return spark.createDataFrame(rows, "value binary, timestamp timestamp")


def _records(version: records.Format, count: int, damaged: float = 0.0) -> list[bytes]:
    chance = random.Random(5)
    source = feed.replay(tweets.split(tweets.load())[1], chance)
    written = []
    for number in range(count):
        record = records.encode(next(source), number, 1_700, version, chance)
        written.append(records.damage(record, chance) if chance.random() < damaged else record)
    return written


def test_a_tweet_comes_out_clean(spark: SparkSession) -> None:
    fields = {"id": "7", "user": "u", "created_at": 1_700, "label": "neutral", "more": 1}
    raw = _raw(spark, [json.dumps({**fields, "text": " 1 &lt; 2\n &amp; so\ton "}).encode()])
    row = ingest.parse(raw).first()
    assert row is not None
    assert row["valid"]
    assert row["key"] == "7"
    fields.pop("more")
    assert json.loads(row["value"]) == {**fields, "text": "1 < 2 & so on"}


@pytest.mark.parametrize(
    "record",
    [
        b"<html><body>503 Service Unavailable</body></html>",
        b'{"id": "1", "created_at": 17',
        b"",
        b"\xff\xfe",
        b'["id", "text"]',
        b'{"user": "u", "created_at": 1700, "text": "no id"}',
        b'{"id": "1", "created_at": 1700, "user": "no text"}',
        b'{"id": "1", "created_at": 1700, "text": "  &amp;nbsp; " }'.replace(b"&amp;nbsp;", b" "),
        b'{"id": "1", "text": "no time"}',
    ],
)
def test_what_is_rejected(spark: SparkSession, record: bytes) -> None:
    row = ingest.parse(_raw(spark, [record])).first()
    assert row is not None
    assert row["valid"] is False


def test_spark_cleans_every_tweet_of_the_corpus_as_training_does(spark: SparkSession) -> None:
    corpus = tweets.load()
    rows = [(tweet.raw, tweet.text) for tweet in corpus]
    frame = spark.createDataFrame(rows, "raw string, text string")
    cleaned = frame.withColumn("cleaned", ingest.clean(frame["raw"]))
    assert cleaned.where("cleaned <> text").take(3) == []
    assert cleaned.where("raw <> text").count() > 1000


def test_counts_are_by_the_second_in_which_records_were_sent(spark: SparkSession) -> None:
    raw = _raw(spark, [*_records("v1", 7), b"broken"], gap=timedelta(milliseconds=250))
    found = sorted(ingest.counts(ingest.parse(raw)), key=lambda point: (point[2], point[0]))
    start = int(SENT.timestamp() * 1000)
    assert found == [
        ("records_in", 3, start + 500),
        ("records_rejected", 0, start + 500),
        ("records_in", 4, start + 1500),
        ("records_rejected", 0, start + 1500),
        ("records_in", 1, start + 1750),
        ("records_rejected", 1, start + 1750),
    ]


def test_v1_passes_but_for_accidents_and_v2_is_rejected_but_for_previews(
    spark: SparkSession,
) -> None:
    def accepted(values: list[bytes]) -> float:
        valid = ingest.parse(_raw(spark, values)).groupBy("valid").count().collect()
        counts = Counter({row["valid"]: row["count"] for row in valid})
        return counts[True] / len(values)

    assert accepted(_records("v1", 2000)) == 1.0
    assert accepted(_records("v1", 2000, damaged=0.05)) == pytest.approx(0.95, abs=0.02)
    assert accepted(_records("v2", 2000)) == pytest.approx(records.COMPATIBLE_SHARE, abs=0.02)
