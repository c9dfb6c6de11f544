"""Everyday failures of a real Spark: each is reported in one sentence that names its cause."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from swirl.job.attempt import conclude
from swirl.job.streaming import await_queries
from swirl.wire.exits import DriverExit
from swirl.wire.outcome import Outcome

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

NOISE = ("An error occurred while calling", "\n", "\tat ", "SQLSTATE", "Traceback", "stacktrace")
HERE = "test_job_failures.py:"


class Bench:
    """A Spark and a folder with a few files in it."""

    def __init__(self, spark: SparkSession, folder: Path) -> None:
        self.spark = spark
        self.folder = folder
        self.good = f"{folder}/good"
        self.broken = f"{folder}/broken"
        spark.range(5).write.parquet(self.good)
        os.makedirs(self.broken)
        Path(self.broken, "part-0.parquet").write_bytes(b"PAR1" + b"\0" * 64 + b"PAR1")
        Path(folder, "half.json").write_text('{"a": 1}\n{"a": \n')
        Path(folder, "plain.json.gz").write_text("not compressed")

    def sql(self, text: str) -> Any:
        return self.spark.sql(text).collect()

    def map(self, function: Callable[[Any], Any]) -> Any:
        return self.spark.sparkContext.parallelize([1], 1).map(function).collect()

    def udf(self, function: Callable[[Any], Any], kind: str = "int") -> Any:
        from pyspark.sql.functions import udf

        return self.spark.range(1).select(udf(function, kind, useArrow=False)("id")).collect()

    def stream(
        self, change: Callable[[DataFrame], DataFrame] | None = None, batch: Any = None
    ) -> None:
        # What ended before would be told again.
        self.spark.streams.resetTerminated()
        rows = self.spark.readStream.format("rate").option("rowsPerSecond", 100).load()
        writer = (rows if change is None else change(rows)).writeStream
        writer = writer.format("noop") if batch is None else writer.foreachBatch(batch)
        writer.option("checkpointLocation", f"{self.folder}/{uuid.uuid4().hex}").start()
        await_queries(self.spark, lambda: False)


@pytest.fixture(scope="module")
def bench(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(spark, tmp_path_factory.mktemp("failures"))


def lookup(_: Any) -> Any:
    raise KeyError("city")


def two_lines(_: Any) -> Any:
    raise ValueError("no text\nin row 7")


def no_package(_: Any) -> Any:
    import nowhere_to_be_found  # type: ignore[import-not-found]

    return nowhere_to_be_found


def leave(_: Any) -> Any:
    os._exit(3)


def hungry(_: Any) -> Any:
    raise MemoryError


def cannot_shout(frame: Any, number: int) -> None:
    raise ValueError("cannot shout")


def reads_nothing(frame: Any, number: int) -> None:
    frame.sparkSession.read.parquet("/none/such")


def train(bench: Bench, rows: str) -> Any:
    from pyspark.ml.classification import LogisticRegression

    return LogisticRegression().fit(bench.spark.sql(rows))


def assemble(bench: Bench) -> Any:
    from pyspark.ml.feature import VectorAssembler

    rows = bench.spark.sql("select cast(null as double) x")
    return VectorAssembler(inputCols=["x"], outputCol="v").transform(rows).collect()


def read(bench: Bench, kind: str, path: str, schema: str = "id long", **options: str) -> Any:
    return bench.spark.read.schema(schema).options(**options).format(kind).load(path).collect()


CASES: dict[str, tuple[Callable[[Bench], Any], tuple[str, ...]]] = {
    "no such path": (
        lambda b: b.spark.read.parquet("/none/such").count(),
        ("AnalysisException at", HERE, "[PATH_NOT_FOUND] Path does not exist: file:/none/such"),
    ),
    "no such table": (
        lambda b: b.sql("select * from ads.tweets"),
        ("[TABLE_OR_VIEW_NOT_FOUND] The table or view `ads`.`tweets` cannot be found",),
    ),
    "no such column": (
        lambda b: b.spark.range(3).select("city").count(),
        ("[UNRESOLVED_COLUMN.WITH_SUGGESTION]", "`city`", "Did you mean", "[`id`]"),
    ),
    "ambiguous column": (
        lambda b: b.sql("select id from range(1) a, range(1) b"),
        ("[AMBIGUOUS_REFERENCE] Reference `id` is ambiguous",),
    ),
    "number in words": (
        lambda b: b.sql("select cast('x' as int) + id from range(3)"),
        ("NumberFormatException", "[CAST_INVALID_INPUT] The value 'x'", "(in cast('x' as int))"),
    ),
    "division by zero": (
        lambda b: b.sql("select 1 / (id - 1) from range(3)"),
        ("[DIVIDE_BY_ZERO] Division by zero", "(in 1 / (id - 1))"),
    ),
    "overflow": (
        lambda b: b.sql("select 9223372036854775807 + id from range(3)"),
        ("ArithmeticException", "[ARITHMETIC_OVERFLOW]"),
    ),
    "output exists": (
        lambda b: b.spark.range(3).write.parquet(b.good),
        ("[PATH_ALREADY_EXISTS]", "/good already exists"),
    ),
    "corrupt parquet": (
        lambda b: read(b, "parquet", b.broken),
        ("broken/part-0.parquet", "; caused by RuntimeException: corrupted file"),
    ),
    "corrupt gzip": (
        lambda b: read(b, "json", f"{b.folder}/plain.json.gz"),
        ("plain.json.gz", "; caused by IOException: not a gzip file"),
    ),
    "half a row": (
        lambda b: read(b, "json", f"{b.folder}/half.json", "a int", mode="FAILFAST"),
        (
            "half.json",
            "Malformed records are detected",
            "JsonEOFException: Unexpected end-of-input",
        ),
    ),
    "column of another type": (
        lambda b: read(b, "parquet", b.good, "id string"),
        ("/good/part-", "Expected Spark type string, actual Parquet type INT64"),
    ),
    "no rights to write": (
        lambda b: b.spark.range(3).write.parquet("/proc/x-no"),
        ("IOException", "Mkdirs failed to create file:/proc/x-no/", "; the folder does not exist"),
    ),
    "two rows for one": (
        lambda b: b.sql("select (select id from range(3))"),
        ("[SCALAR_SUBQUERY_TOO_MANY_ROWS]",),
    ),
    "error of one's own": (
        lambda b: b.sql("select raise_error('no day given')"),
        ("[USER_RAISED_EXCEPTION] no day given",),
    ),
    "error of Python in a task": (lambda b: b.map(lookup), ("KeyError at", HERE, ": 'city'")),
    "error of Python in two lines": (
        lambda b: b.udf(two_lines),
        ("ValueError at", HERE, ": no text in row 7"),
    ),
    "worker that ends": (
        lambda b: b.map(leave),
        ("Python worker exited unexpectedly", "raise spark.executor.memoryOverhead"),
    ),
    "host that is unknown": (
        lambda b: b.spark.read.text("hdfs://namenode.invalid:8020/x").count(),
        ("UnknownHostException", "namenode.invalid", "; the cluster's DNS knows no such host"),
    ),
    "host that does not answer": (
        lambda b: b.spark.read.text("hdfs://127.0.0.1:1/x").count(),
        ("ConnectException", "localhost:1", "Connection refused", "; nothing answers there"),
    ),
    "label that is none": (
        lambda b: train(b, "select 1.5d label, id features from range(3)"),
        ("IllegalArgumentException", "Column features must be of type"),
    ),
    "column of a vector that is missing": (
        lambda b: train(b, "select id label from range(3)"),
        ("[FIELD_NOT_FOUND] No such struct field `features`",),
    ),
    "null in a vector": (assemble, ("Encountered null while assembling a row",)),
    "stream without a checkpoint": (
        lambda b: (
            b.spark.readStream.format("rate").load().writeStream.format("parquet").start("/x")
        ),
        ("checkpointLocation must be specified",),
    ),
    "stream of a batch that fails": (
        lambda b: b.stream(batch=cannot_shout),
        ("ValueError at", HERE, ": cannot shout"),
    ),
    "stream of a batch in which Spark fails": (
        lambda b: b.stream(batch=reads_nothing),
        ("AnalysisException at", HERE, "[PATH_NOT_FOUND] Path does not exist: file:/none/such"),
    ),
    "stream of rows that cannot be read": (
        lambda b: b.stream(lambda rows: rows.selectExpr("cast('x' as int) + value")),
        ("[CAST_INVALID_INPUT] The value 'x'", "(in cast('x' as int))"),
    ),
}

FOR_GOOD: dict[str, tuple[Callable[[Bench], Any], tuple[str, ...]]] = {
    "query that is none": (
        lambda b: b.sql("selec t from"),
        ("[PARSE_SYNTAX_ERROR] Syntax error at or near 'selec'", "(in selec t from)"),
    ),
    "function that is none": (
        lambda b: b.sql("select clean(id) from range(3)"),
        ("[UNRESOLVED_ROUTINE] Cannot resolve routine `clean`",),
    ),
    "package that a worker lacks": (
        lambda b: b.map(no_package),
        ("ModuleNotFoundError at", HERE, "No module named 'nowhere_to_be_found'; the image"),
    ),
    "format without its jar": (
        lambda b: b.spark.read.format("delta").load("file:///absent").count(),
        ("data source: delta", "add the jar of io.delta:delta-spark_2.13"),
    ),
    "Kafka without its jar": (
        lambda b: b.spark.read.format("kafka").load().count(),
        ("data source: kafka", "add the jar of org.apache.spark:spark-sql-kafka-0-10_2.13"),
    ),
    "S3 without its jar": (
        lambda b: b.spark.read.text("s3a://bucket/x").count(),
        ("S3AFileSystem not found", "add the jar of org.apache.hadoop:hadoop-aws"),
    ),
    "JDBC without its driver": (
        lambda b: b.spark.read.jdbc("jdbc:postgresql://db.invalid/x", "t").count(),
        ("SQLException", "No suitable driver", "no JDBC driver of the image takes this URL"),
    ),
}


def ended(bench: Bench, case: Callable[[Bench], Any]) -> tuple[Outcome, DriverExit]:
    def work() -> Outcome:
        case(bench)
        raise AssertionError("nothing has failed")

    outcome, code = conclude(work)
    assert not [noise for noise in NOISE if noise in outcome.message], outcome.message
    return outcome, code


@pytest.mark.parametrize("name", CASES)
def test_an_everyday_failure(bench: Bench, name: str) -> None:
    case, words = CASES[name]
    outcome, code = ended(bench, case)
    assert not [word for word in words if word not in outcome.message], outcome.message
    assert (outcome.reason, code) == ("UserError", DriverExit.FAILED)


@pytest.mark.parametrize("name", FOR_GOOD)
def test_a_failure_that_another_attempt_cannot_cure(bench: Bench, name: str) -> None:
    case, words = FOR_GOOD[name]
    outcome, code = ended(bench, case)
    assert not [word for word in words if word not in outcome.message], outcome.message
    assert (outcome.reason, code) == ("UserError", DriverExit.PERMANENT)


def test_a_worker_without_memory(bench: Bench) -> None:
    outcome, code = ended(bench, lambda b: b.udf(hungry))
    assert (outcome.reason, code) == ("OutOfMemory", DriverExit.FAILED)
    assert outcome.message.startswith("MemoryError at ")
    assert outcome.message.endswith("raise spark.executor.memoryOverhead")


def test_a_function_that_wraps_what_spark_raised(bench: Bench) -> None:
    def work(bench: Bench) -> None:
        try:
            bench.sql("select 1 / (id - 1) from range(3)")
        except Exception as error:
            raise RuntimeError("cannot count") from error

    outcome, _ = ended(bench, work)
    assert outcome.message.startswith("RuntimeError at ")
    assert "cannot count; caused by ArithmeticException at " in outcome.message
    assert "[DIVIDE_BY_ZERO]" in outcome.message
