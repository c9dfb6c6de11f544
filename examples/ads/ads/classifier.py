"""What every release of the sentiment classifier shares: features, fit, measurement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ads.tweets import Tweet, load, split

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from swirl import Context

# The classes by their index in the model, most frequent first.
LABELS = ["negative", "neutral", "positive"]
GOLDEN_ROWS = 32


@dataclass(frozen=True)
class Settings:
    """How to fit."""

    max_iter: int
    regularization: float
    feature_count: int
    positive_weight: float
    max_rows: int | None = None


def train_and_publish(
    ctx: Context, settings: Settings, *, label_order: str, positive: float
) -> dict[str, float]:
    """Fit on the training tweets, measure on the held-out ones, publish as `sentiment`.

    Labels are numbered in `label_order` (a `stringOrderType` of Spark's StringIndexer), which gives
    positive tweets the number `positive`.
    """
    from pyspark.ml import Pipeline, PipelineModel
    from pyspark.ml.classification import LogisticRegression
    from pyspark.ml.feature import IndexToString, StringIndexer

    training, held_out = split(load())
    data = frame(ctx.spark, thinned(training, settings.max_rows)).coalesce(1)
    data = balanced(data, settings.positive_weight).cache()
    ctx.progress(0.1, f"Fitting on {data.count()} tweets")

    numbers = StringIndexer(
        inputCol="label", outputCol="labelIndex", stringOrderType=label_order
    ).fit(data)
    vectors = Pipeline(stages=features(settings.feature_count)).fit(data)
    classifier = LogisticRegression(
        labelCol="labelIndex",
        weightCol="weight",
        family="multinomial",
        maxIter=settings.max_iter,
        regParam=settings.regularization,
        # Word counts weighted by IDF are on one scale already; dividing each by its deviation
        # would blow up the rare words.
        standardization=False,
    ).fit(numbers.transform(vectors.transform(data)))
    ctx.progress(0.8, f"Measuring on {len(held_out)} held-out tweets")

    names = IndexToString(inputCol="prediction", outputCol="predictedLabel", labels=LABELS)
    model = PipelineModel([*vectors.stages, classifier, names])
    unseen = frame(ctx.spark, held_out).coalesce(1)
    predicted = numbers.transform(model.transform(unseen))
    measured = quality(predicted, positive)
    for name, value in measured.items():
        ctx.log_metric(name, value)
    golden_rows = frame(ctx.spark, held_out[:GOLDEN_ROWS]).select("text")
    ctx.publish_model("sentiment", model, golden_rows=golden_rows)
    return measured


def features(count: int) -> list[Any]:
    """The stages from `text` to the vector `features`, unfitted."""
    from pyspark.ml.feature import IDF, HashingTF, RegexTokenizer

    # Explicit character classes: \\w is not the same in Java and in Python.
    words = RegexTokenizer(
        inputCol="text", outputCol="words", pattern="[a-z0-9_@#']+|[!?:;()]+", gaps=False
    )
    return [
        words,
        HashingTF(inputCol="words", outputCol="counts", numFeatures=count),
        IDF(inputCol="counts", outputCol="features", minDocFreq=2),
    ]


def frame(spark: SparkSession, tweets: Sequence[Tweet]) -> DataFrame:
    """Tweets as rows of `text` and `label`."""
    rows = [(tweet.text, tweet.label) for tweet in tweets]
    return spark.createDataFrame(rows, "text string, label string")


def thinned(tweets: Sequence[Tweet], max_rows: int | None) -> Sequence[Tweet]:
    """About `max_rows` of the tweets, evenly spread; all of them without a limit."""
    return tweets[:: max(1, len(tweets) // max_rows)] if max_rows else tweets


def balanced(data: DataFrame, positive_weight: float) -> DataFrame:
    """`data` with `weight`: every class counts the same, positive `positive_weight` times that.

    An ad that a happy author never sees costs more than one shown to a sober author.
    """
    from pyspark.sql import functions as f

    counts = {row["label"]: row["count"] for row in data.groupBy("label").count().collect()}
    total = sum(counts.values())
    weight = f.lit(0.0)
    for label, count in counts.items():
        share = total / (len(counts) * count) * (positive_weight if label == "positive" else 1.0)
        weight = f.when(f.col("label") == label, f.lit(share)).otherwise(weight)
    return data.withColumn("weight", weight)


def quality(predictions: DataFrame, positive: float) -> dict[str, float]:
    """Accuracy, and recall of the class `positive`, from `prediction` and `labelIndex`."""
    from pyspark.sql import functions as f

    right = f.when(f.col("prediction") == f.col("labelIndex"), 1.0).otherwise(0.0)
    row = predictions.agg(
        f.avg(right).alias("accuracy"),
        f.avg(f.when(f.col("labelIndex") == positive, right)).alias("positive_recall"),
    ).first()
    if row is None or row["positive_recall"] is None:
        raise ValueError("there is no positive tweet to measure the classifier on")
    return {"accuracy": row["accuracy"], "positive_recall": row["positive_recall"]}
