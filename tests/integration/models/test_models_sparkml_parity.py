"""The plan answers what Spark answers, to 1e-9, for pipelines that Spark itself trained."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.classification import LogisticRegression, LogisticRegressionModel
from pyspark.ml.feature import (
    IDF,
    CountVectorizer,
    HashingTF,
    IndexToString,
    NGram,
    RegexTokenizer,
    StandardScaler,
    StopWordsRemover,
    StringIndexer,
    Tokenizer,
    VectorAssembler,
)
from pyspark.sql import DataFrame, SparkSession

from swirl.models.errors import RowError
from swirl.models.formats.sparkml.load import load_plan
from swirl.models.formats.sparkml.vectors import SparseVector
from tests.integration.models.spark_answers import inputs_of, plain

TOLERANCE = 1e-9
SOME_WORDS = (
    "good great bad awful the a of and I'm don't flight DELAY gate Schön ÜBER straße İstanbul "
    "ΣΟΦΟΣ ΌΣΟΣ-ΌΣΟΣ мир ПРИВЕТ 日本 😀 🛫 😀😀 e\u0301te\u0301 x1 42 #tag @you http://t.co/a1 "
    "ok... (no) null it's _under_score \u00a0nbsp \u2003wide naïve ﬁn"
)
BLANKS = (" ", "  ", "\t", "\n", " \r\n", "\x0b", "\x0c", "\u2003", "\u00a0")


def texts(count: int, seed: int) -> list[str]:
    rng = random.Random(seed)
    out = ["", " ", "   ", "\n", "a", "A b", " lead", "trail  ", "\u2028line", "the the the"]
    while len(out) < count:
        words = rng.choices(SOME_WORDS.split(" "), k=rng.randint(1, 14))
        out.append("".join(word + rng.choice(BLANKS) for word in words))
    return out


@pytest.fixture(scope="module")
def text_frame(spark: SparkSession) -> DataFrame:
    labels = ("positive", "negative", "neutral")
    rows = [(text, labels[index % 3]) for index, text in enumerate(texts(300, seed=1))]
    return spark.createDataFrame(rows, "text string, label string").cache()


@pytest.fixture(scope="module")
def number_frame(spark: SparkSession) -> DataFrame:
    rng = random.Random(2)
    rows = []
    for _ in range(300):
        age, income = rng.randint(18, 90), rng.lognormvariate(10, 1)
        city = rng.choice(["Wien", "Graz", "Linz", "Łódź", ""])
        label = "yes" if age / 50 + rng.gauss(0, 0.4) + (city == "Wien") > 1.4 else "no"
        rows.append((age, income, rng.random() < 0.5, city, rng.choice([1.0, 2.5, 1e7]), label))
    schema = "age int, income double, member boolean, city string, plan double, label string"
    return spark.createDataFrame(rows, schema).cache()


def assert_same(expected: Any, got: Any, what: str) -> None:
    got = got.dense() if isinstance(got, SparseVector) else got
    if isinstance(expected, list) and expected and isinstance(expected[0], float):
        assert len(expected) == len(got), what
        worst = max(abs(e - g) for e, g in zip(expected, got, strict=True))
        assert worst <= TOLERANCE, f"{what}: off by {worst}"
    elif isinstance(expected, float):
        assert abs(expected - got) <= TOLERANCE, f"{what}: {expected} is not {got}"
    else:
        assert expected == got, what


def assert_parity(model: PipelineModel, frame: DataFrame, inputs: list[str], folder: Path) -> int:
    """Every column that Spark adds, in every row."""
    model.write().save(folder.as_uri())
    plan = load_plan(folder, inputs)
    frame = frame.select(*inputs)
    expected = model.transform(frame)
    added = [name for name in expected.columns if name not in inputs]
    assert set(added) == set(plan.columns) - set(inputs)
    rows = expected.collect()
    for index, (row, values) in enumerate(zip(rows, inputs_of(frame, inputs), strict=True)):
        got = plan.run(values)
        for name in added:
            assert_same(plain(row[name]), got[name], f"row {index} {values!r} column {name}")
    return len(rows)


def fit(frame: DataFrame, *stages: Any) -> PipelineModel:
    return Pipeline(stages=list(stages)).fit(frame)


def test_text_to_multinomial_regression(text_frame: DataFrame, tmp_path: Path) -> None:
    index = StringIndexer(inputCol="label", outputCol="y").fit(text_frame)
    model = fit(
        text_frame,
        index,
        Tokenizer(inputCol="text", outputCol="words"),
        StopWordsRemover(inputCol="words", outputCol="kept"),
        HashingTF(inputCol="kept", outputCol="tf"),
        IDF(inputCol="tf", outputCol="features", minDocFreq=2),
        LogisticRegression(labelCol="y", maxIter=8, regParam=0.01),
        IndexToString(inputCol="prediction", outputCol="predictedLabel", labels=index.labels),
    )
    assert assert_parity(model, text_frame, ["text"], tmp_path / "m") >= 200


def test_ngrams_counts_and_patterns(text_frame: DataFrame, tmp_path: Path) -> None:
    model = fit(
        text_frame.withColumn("y", text_frame.label.eqNullSafe("positive").cast("double")),
        RegexTokenizer(inputCol="text", outputCol="words", pattern=r"[^\p{L}\d#@']+"),
        NGram(inputCol="words", outputCol="pairs", n=2),
        CountVectorizer(inputCol="words", outputCol="c1", minDF=2, minTF=0.1),
        CountVectorizer(inputCol="pairs", outputCol="c2", binary=True),
        VectorAssembler(inputCols=["c1", "c2"], outputCol="features"),
        LogisticRegression(labelCol="y", maxIter=5, threshold=0.4),
    )
    assert assert_parity(model, text_frame, ["text"], tmp_path / "m") >= 200


@pytest.mark.parametrize(
    "options",
    [
        {"pattern": r"\w+", "gaps": False},
        {"pattern": r"\W+", "minTokenLength": 2},
        {"pattern": r"[\p{Punct}\s]+", "toLowercase": False},
        {"pattern": r"(?:#|@)?\p{Lu}[\p{Ll}]*+", "gaps": False, "toLowercase": False},
        {"pattern": r"\P{Alpha}", "minTokenLength": 0},
        {"pattern": r".{2,3}?", "gaps": False},
        {"pattern": r"[^\x00-\x7F]|(a|b)c?", "gaps": False, "minTokenLength": 2},
        {"pattern": r"\s|\u00a0|-", "minTokenLength": 0},
    ],
)
def test_patterns(text_frame: DataFrame, tmp_path: Path, options: dict[str, Any]) -> None:
    stage = RegexTokenizer(inputCol="text", outputCol="words", **options)
    assert assert_parity(fit(text_frame, stage), text_frame, ["text"], tmp_path / "m") >= 200


def test_numbers_and_categories_to_binary_regression(
    number_frame: DataFrame, tmp_path: Path
) -> None:
    inputs = ["age", "income", "member", "city", "plan"]
    model = fit(
        number_frame,
        StringIndexer(
            inputCols=["city", "plan", "age"], outputCols=["c", "p", "a"], handleInvalid="keep"
        ),
        StringIndexer(inputCol="label", outputCol="y"),
        IndexToString(inputCol="p", outputCol="planText"),
        VectorAssembler(inputCols=["age", "income", "member", "c", "p", "a"], outputCol="raw"),
        StandardScaler(inputCol="raw", outputCol="features", withMean=True),
        LogisticRegression(labelCol="y", maxIter=20),
    )
    assert assert_parity(model, number_frame, inputs, tmp_path / "m") >= 200


@pytest.mark.parametrize("thresholds", [[0.2, 0.8], [0.0, 1.0], [1.0, 0.0]])
@pytest.mark.parametrize("family", ["binomial", "multinomial"])
def test_thresholds(
    number_frame: DataFrame, tmp_path: Path, family: str, thresholds: list[float]
) -> None:
    trained = _numeric_regression(number_frame, family)
    _last(trained).setThresholds(thresholds)
    assert_parity(trained, number_frame, ["age", "income"], tmp_path / "m")


@pytest.mark.parametrize("threshold", [0.0, 0.3, 1.0])
def test_threshold(number_frame: DataFrame, tmp_path: Path, threshold: float) -> None:
    trained = _numeric_regression(number_frame, "binomial")
    _last(trained).setThreshold(threshold)
    assert_parity(trained, number_frame, ["age", "income"], tmp_path / "m")


def test_columns_switched_off(number_frame: DataFrame, tmp_path: Path) -> None:
    trained = _numeric_regression(number_frame, "binomial")
    regression = _last(trained)
    regression.setRawPredictionCol("")
    assert_parity(trained, number_frame, ["age", "income"], tmp_path / "m")


@pytest.mark.parametrize(("policy", "fails"), [("error", True), ("keep", False)])
def test_unseen_and_null_labels(
    spark: SparkSession, tmp_path: Path, policy: str, fails: bool
) -> None:
    seen = spark.createDataFrame([("a",), ("b",), ("b",)], "s string")
    stage = StringIndexer(inputCol="s", outputCol="i", handleInvalid=policy)
    model = fit(seen, stage)
    odd = spark.createDataFrame([("b",), ("zzz",), (None,), ("",)], "s string")
    if not fails:
        assert assert_parity(model, odd, ["s"], tmp_path / "m") == 4
        return
    model.write().save((tmp_path / "m").as_uri())
    plan = load_plan(tmp_path / "m", ["s"])
    for value in ("zzz", None, ""):
        with pytest.raises(RowError, match="was not seen in training"):
            plan.run({"s": value})


def test_assembler_keeps_missing_numbers(spark: SparkSession, tmp_path: Path) -> None:
    frame = spark.createDataFrame([(1.0, 2), (2.0, 3)], "a double, b int")
    stage = VectorAssembler(inputCols=["a", "b"], outputCol="v", handleInvalid="keep")
    model = fit(frame, stage)
    model.write().save((tmp_path / "m").as_uri())
    plan = load_plan(tmp_path / "m", ["a", "b"])
    odd = spark.createDataFrame([(None, 3), (4.0, None)], "a double, b int")
    for row in model.transform(odd).collect():
        got = plan.run({"a": row.a, "b": row.b})["v"]
        assert [str(x) for x in row.v.toArray().tolist()] == [str(x) for x in got]


def test_lower_case_of_greek_sigma(spark: SparkSession, tmp_path: Path) -> None:
    rng = random.Random(3)
    alphabet = "\u0391\u03a3\u03c3\u03c2a1_-'.:,\u2019\u0301\u00ad \u00b7/\u65e5\u2027\"\u03a3"
    words = ["".join(rng.choices(alphabet, k=rng.randint(1, 7))) for _ in range(3000)]
    frame = spark.createDataFrame([(word,) for word in words], "text string")
    model = fit(frame, Tokenizer(inputCol="text", outputCol="words"))
    assert assert_parity(model, frame, ["text"], tmp_path / "m") == 3000


def test_doubles_as_labels(spark: SparkSession, tmp_path: Path) -> None:
    rng = random.Random(4)
    values = [0.0, -0.0, 1e7, 1e-3, 9.99e-4, 123456789.0, 1e21, 100.0, 0.1, -2.5e-7]
    values += [rng.uniform(-1, 1) * 10 ** rng.randint(-12, 12) for _ in range(200)]
    frame = spark.createDataFrame([(value,) for value in values], "d double")
    model = fit(frame, StringIndexer(inputCol="d", outputCol="i"))
    assert assert_parity(model, frame, ["d"], tmp_path / "m") == len(values)


def _numeric_regression(frame: DataFrame, family: str) -> PipelineModel:
    return fit(
        frame.withColumn("y", frame.label.eqNullSafe("yes").cast("double")),
        VectorAssembler(inputCols=["age", "income"], outputCol="features"),
        LogisticRegression(labelCol="y", family=family, maxIter=5),
    )


def _last(model: PipelineModel) -> LogisticRegressionModel:
    stage = model.stages[-1]
    assert isinstance(stage, LogisticRegressionModel)
    return stage
