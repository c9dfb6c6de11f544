"""The Streaming job `ingest`: raw records in, validated and clean tweets out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ads import topics
from swirl import Context, analytics

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

SCHEMA = "id string, user string, created_at long, label string, text string"
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&"}


@analytics
def ingest(
    ctx: Context,
    *,
    source: str = topics.RAW,
    target: str = topics.CLEAN,
    trigger_seconds: int = 2,
) -> None:
    """Start to move tweets from `source` to `target`; emit how many came and were rejected."""
    topics.ensure_topics(ctx.kafka.bootstrap_servers, source, target)
    kafka = ctx.kafka_options
    raw = (
        ctx.spark.readStream.format("kafka")
        .options(**kafka)
        .option("subscribe", source)
        .option("startingOffsets", "latest")
        # After Kafka dropped old records, newer ones are still worth having.
        .option("failOnDataLoss", "false")
        .load()
    )

    def process(batch: DataFrame, _: int) -> None:
        parsed = parse(batch).cache()
        try:
            accepted = parsed.where("valid").select("key", "value")
            writer = accepted.write.format("kafka").options(**kafka)
            writer.option("topic", target).save()
            for metric, count, time in counts(parsed):
                ctx.emit(metric, count, time=time)
        finally:
            parsed.unpersist()

    # foreachBatch and not a listener's observed metrics: those give one sum for a batch, and a
    # batch that makes up for a stall would then look like a burst in the present. A batch that is
    # cut short is done again from the start, so tweets and metrics arrive at least once.
    # The driver waits for the query, and stops it between two batches when it is told to.
    (
        raw.writeStream.foreachBatch(process)
        .queryName("ingest")
        .option("checkpointLocation", ctx.checkpoint_uri("checkpoint"))
        .trigger(processingTime=f"{trigger_seconds} seconds")
        .start()
    )


def parse(raw: DataFrame) -> DataFrame:
    """Raw Kafka rows as their `timestamp`, `valid`, and the `key` and `value` to write.

    A tweet is valid if it is JSON with an id, a time and a text that is not empty.
    """
    from pyspark.sql import functions as f

    record = f.from_json(f.col("value").cast("string"), SCHEMA)
    tweet = raw.select(f.col("timestamp"), record.alias("tweet")).select("timestamp", "tweet.*")
    tweet = tweet.withColumn("text", clean(f.col("text")))
    valid = f.col("id").isNotNull() & f.col("created_at").isNotNull() & (f.length("text") > 0)
    return tweet.select(
        "timestamp",
        f.coalesce(valid, f.lit(False)).alias("valid"),
        f.col("id").alias("key"),
        f.to_json(f.struct("id", "user", "created_at", "label", "text")).alias("value"),
    )


def clean(text: Column) -> Column:
    """The same as `tweets.clean` for the entities that tweets have."""
    from pyspark.sql import functions as f

    for entity, character in _ENTITIES.items():
        text = f.replace(text, f.lit(entity), f.lit(character))
    return f.trim(f.regexp_replace(text, r"\s+", " "))


def counts(parsed: DataFrame) -> Iterator[tuple[str, int, int]]:
    """(metric, count, milliseconds since the epoch) for each second in which records were sent."""
    from pyspark.sql import functions as f

    seconds = (
        parsed.groupBy(f.date_trunc("second", "timestamp"))
        .agg(
            f.count("*").alias("seen"),
            f.count_if(~f.col("valid")).alias("rejected"),
            f.unix_millis(f.max("timestamp")).alias("time"),
        )
        .collect()
    )
    for row in seconds:
        yield "records_in", row["seen"], row["time"]
        yield "records_rejected", row["rejected"], row["time"]
