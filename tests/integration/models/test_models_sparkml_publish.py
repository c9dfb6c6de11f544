"""Publishing real Spark ML pipelines: what is in the store afterwards, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pyspark.ml import Pipeline, PipelineModel, Transformer
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.feature import (
    HashingTF,
    IndexToString,
    SQLTransformer,
    StringIndexer,
    Tokenizer,
    VectorAssembler,
)
from pyspark.ml.regression import LinearRegression
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from swirl.models import Tensor, open_model
from swirl.models.errors import PublishError
from swirl.models.formats import load_model
from swirl.models.formats.sparkml.publish import _stages, publish_spark_model
from swirl.store import ArtifactExists, Store
from swirl.wire.run import RunRef

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

RUN = RunRef("ads", "train", "train-1", 1)
WORDS = {"positive": "good fine", "negative": "bad sad", "neutral": "table chair"}


@pytest.fixture(scope="module")
def tweets(spark: SparkSession) -> DataFrame:
    rows = [(f"{words} {i}", label) for i in range(10) for label, words in WORDS.items()]
    return spark.createDataFrame(rows, "text string, label string").cache()


@pytest.fixture(scope="module")
def sentiment(tweets: DataFrame) -> PipelineModel:
    labels = StringIndexer(inputCol="label", outputCol="index").fit(tweets)
    stages: list[Any] = [
        labels,
        Tokenizer(inputCol="text", outputCol="words"),
        HashingTF(inputCol="words", outputCol="features", numFeatures=64),
        LogisticRegression(labelCol="index", maxIter=5),
        IndexToString(inputCol="prediction", outputCol="predictedLabel", labels=labels.labels),
    ]
    return Pipeline(stages=stages).fit(tweets)


def publish(folder: Path, model: PipelineModel, golden_rows: DataFrame) -> str:
    store = Store(f"file://{folder}")
    return publish_spark_model(store, RUN, "sentiment", model, golden_rows, {"accuracy": 0.5}).uri


def test_a_published_pipeline(
    tmp_path: Path, spark: SparkSession, sentiment: PipelineModel, tweets: DataFrame
) -> None:
    uri = publish(tmp_path, sentiment, tweets.select("text"))
    assert uri == f"file://{tmp_path}/models/ads/train/train-1-1/sentiment"
    with open_model(uri) as model:
        manifest, golden = model.manifest, model.golden()
        native = model.native
    assert (manifest.format, manifest.name, manifest.run) == ("spark-ml", "sentiment", RUN)
    assert manifest.metrics == {"accuracy": 0.5}
    assert list(manifest.signature.inputs) == [Tensor("text", "BYTES")]
    assert list(manifest.signature.outputs) == [
        Tensor("prediction", "FP64"),
        Tensor("predictedLabel", "BYTES"),
        Tensor("probability", "FP64", (-1, 3)),
    ]
    assert len(golden.inputs) == len(golden.outputs) == 30

    # The files are the model: loaded again, they return the golden outputs for the golden inputs.
    loaded = PipelineModel.load(f"file://{native}")
    for given, expected in list(zip(golden.inputs, golden.outputs, strict=True))[::10]:
        frame = spark.createDataFrame([(given["text"],)], "text string")
        row = loaded.transform(frame).first()
        assert row is not None
        assert row["predictedLabel"] == expected["predictedLabel"]
        assert row["prediction"] == expected["prediction"]
        assert list(row["probability"]) == pytest.approx(expected["probability"], abs=1e-9)
    by_text = {given["text"]: out for given, out in zip(golden.inputs, golden.outputs, strict=True)}
    assert by_text["good fine 3"]["predictedLabel"] == "positive"
    assert by_text["bad sad 3"]["predictedLabel"] == "negative"


def test_a_regression_on_numbers(tmp_path: Path, spark: SparkSession) -> None:
    frame = spark.range(25).select(
        F.col("id"),
        (F.col("id") * 0.5).alias("x"),
        F.lit(True).alias("the.flag"),
        F.expr("date'2026-01-01' + cast(id as int)").alias("day"),
        (F.col("id") * 3.0).alias("y"),
    )
    stages: list[Any] = [
        # May read every column, so every column is an input.
        SQLTransformer(statement="SELECT *, x * x AS square FROM __THIS__"),
        VectorAssembler(inputCols=["id", "square"], outputCol="features"),
        LinearRegression(labelCol="y", regParam=0.1),
    ]
    model = Pipeline(stages=stages).fit(frame)
    uri = publish(tmp_path, model, frame.drop("y"))
    golden = json.loads(
        (tmp_path / uri.removeprefix(f"file://{tmp_path}/") / "golden.json").read_bytes()
    )
    assert golden["inputs"][1] == {"id": 1, "x": 0.5, "the.flag": True, "day": "2026-01-02"}
    assert set(golden["outputs"][1]) == {"prediction"}
    with open_model(uri) as opened:
        kinds = {tensor.name: tensor.datatype for tensor in opened.manifest.signature.inputs}
    assert kinds == {"id": "INT64", "x": "FP64", "the.flag": "BOOL", "day": "BYTES"}


def test_the_label_is_no_input(tmp_path: Path, sentiment: PipelineModel, tweets: DataFrame) -> None:
    uri = publish(tmp_path, sentiment, tweets.withColumn("author", F.lit("me")))
    with open_model(uri) as model:
        golden = model.golden()
        assert list(model.manifest.signature.inputs) == [Tensor("text", "BYTES")]
        assert all(list(row) == ["text"] for row in golden.inputs)
        # What is served without the label answers as the trainer's pipeline does with it.
        loaded = load_model(model)
    expected = {row["text"]: row for row in sentiment.transform(tweets).collect()}
    for given in golden.inputs:
        got, row = loaded.score(given), expected[given["text"]]
        assert got["predictedLabel"] == row["predictedLabel"]
        assert got["probability"] == pytest.approx(list(row["probability"]), abs=1e-9)


def test_inputs_are_what_the_stages_of_inner_pipelines_read(
    tmp_path: Path, spark: SparkSession
) -> None:
    rows = [(f"c{i % 3}", float(i), "yes" if i % 2 else "no", i) for i in range(30)]
    frame = spark.createDataFrame(rows, "city string, age double, label string, id int")
    features = Pipeline(
        stages=[
            StringIndexer(inputCols=["city", "label"], outputCols=["cityIndex", "y"]),
            VectorAssembler(inputCols=["age", "cityIndex"], outputCol="features"),
        ]
    )
    model = Pipeline(stages=[features, LogisticRegression(labelCol="y", maxIter=2)]).fit(frame)
    with open_model(publish(tmp_path, model, frame)) as opened:
        assert list(opened.manifest.signature.inputs) == [
            Tensor("city", "BYTES"),
            Tensor("age", "FP64"),
        ]


def test_a_model_that_is_no_pipeline(tmp_path: Path, spark: SparkSession) -> None:
    frame = spark.range(25).selectExpr("id", "id * 3.0D AS y")
    assembler = VectorAssembler(inputCols=["id"], outputCol="features")
    model = LinearRegression(labelCol="y", regParam=0.1).fit(assembler.transform(frame))
    golden_rows = assembler.transform(frame).drop("id", "y")
    with open_model(publish(tmp_path, model, golden_rows)) as opened:
        assert list(opened.manifest.signature.inputs) == [Tensor("features", "FP64", (-1, 1))]


class Doubled(Transformer):
    """A stage of the user's own that reads a column which no param names."""

    def _transform(self, dataset: DataFrame) -> DataFrame:
        return dataset.withColumn("prediction", F.col("x") * 2)


def test_a_stage_of_the_users_own_may_read_everything(spark: SparkSession) -> None:
    (columns,) = _stages(PipelineModel([Doubled()]))
    assert columns.reads is None


def test_a_column_that_golden_rows_lack_is_named(
    tmp_path: Path, sentiment: PipelineModel, tweets: DataFrame
) -> None:
    with pytest.raises(PublishError, match=r"stage Tokenizer \S+ reads column 'text'"):
        publish(tmp_path, sentiment, tweets.select("label"))


def test_models_never_change(tmp_path: Path, sentiment: PipelineModel, tweets: DataFrame) -> None:
    uri = publish(tmp_path, sentiment, tweets.select("text"))
    with open_model(uri) as before, pytest.raises(ArtifactExists):
        publish(tmp_path, sentiment, tweets.select("text"))
    with open_model(uri, before.digest) as after:
        assert after.digest == before.digest


def few(tweets: DataFrame) -> DataFrame:
    return tweets.select("text").limit(3)


def with_a_map(tweets: DataFrame) -> DataFrame:
    return tweets.select("text", F.create_map(F.lit("a"), F.lit(1)).alias("extra"))


def with_nan(tweets: DataFrame) -> DataFrame:
    return tweets.select("text", F.lit(float("nan")).alias("extra"))


@pytest.mark.parametrize(
    ("golden", "complaint"),
    [
        (few, "golden_rows has 3 rows, at least 20 are needed"),
        (
            with_a_map,
            r"column of golden_rows 'extra' has type map<string,int>, which cannot be served",
        ),
        (with_nan, "nan is no JSON number"),
    ],
)
def test_golden_rows_that_cannot_be_served(
    tmp_path: Path,
    sentiment: PipelineModel,
    tweets: DataFrame,
    golden: Callable[[DataFrame], DataFrame],
    complaint: str,
) -> None:
    # Only what a stage reads has to be of a type that can be served.
    everything = SQLTransformer(statement="SELECT * FROM __THIS__")
    model = PipelineModel([everything, *sentiment.stages])
    with pytest.raises(PublishError, match=complaint):
        publish(tmp_path, model, golden(tweets))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [
        ("SELECT *, 1.0D AS score FROM __THIS__", "has none of the output columns prediction"),
        ("SELECT *, 1.0D AS prediction FROM __THIS__ LIMIT 5", "returns 5 rows for 30 golden rows"),
    ],
)
def test_pipelines_that_cannot_be_served(
    tmp_path: Path, tweets: DataFrame, statement: str, complaint: str
) -> None:
    model = Pipeline(stages=[SQLTransformer(statement=statement)]).fit(tweets)
    with pytest.raises(PublishError, match=complaint):
        publish(tmp_path, model, tweets.select("text"))
