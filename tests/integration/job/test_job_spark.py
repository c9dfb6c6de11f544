"""Drivers that use Spark, as processes of their own; from and to a real Kafka where it matters."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer

from swirl.models import open_model
from swirl.wire.point import decode
from tests.support.drivers import driver_environ
from tests.support.spark import CONF, spark_jars

APP = """
from swirl import Context, analytics

@analytics
def train(ctx: Context, *, rows: int = 25) -> dict[str, float]:
    from pyspark.ml import Pipeline
    from pyspark.ml.feature import SQLTransformer
    ctx.progress(0.1, "reading")
    frame = ctx.spark.range(rows).selectExpr("cast(id as double) x")
    doubled = SQLTransformer(statement="SELECT *, x * 2 AS prediction FROM __THIS__")
    model = Pipeline(stages=[doubled]).fit(frame)
    ctx.log_metric("accuracy", 0.5)
    ctx.publish_model("double", model, golden_rows=frame)
    return {"rows": rows}

@analytics
def worker_fails(ctx: Context) -> None:
    spark = ctx.spark
    from pyspark.sql.functions import udf
    @udf("int")
    def divide(x):
        return 1 // (x - 1)
    spark.range(3).select(divide("id")).collect()

@analytics
def jvm_dies(ctx: Context) -> None:
    import os, signal
    from pyspark import SparkContext
    spark = ctx.spark
    os.kill(SparkContext._gateway.proc.pid, signal.SIGKILL)
    spark.range(1).count()

@analytics
def shout(ctx: Context, *, source: str, target: str, fail: bool = False) -> None:
    servers = ctx.kafka.bootstrap_servers
    def batch(frame, number):
        if fail:
            raise ValueError("cannot shout")
        out = frame.selectExpr("upper(cast(value as string)) AS value").cache()
        count = out.count()
        out.write.format("kafka").option("kafka.bootstrap.servers", servers).option(
            "topic", target).save()
        ctx.emit("records", count)
    (ctx.spark.readStream.format("kafka").option("kafka.bootstrap.servers", servers)
        .option("subscribe", source).option("startingOffsets", "earliest").load()
        .writeStream.foreachBatch(batch).queryName("shout")
        .option("checkpointLocation", ctx.checkpoint_uri("shout")).start())

@analytics
def shout_and_wait(ctx: Context, *, source: str, target: str) -> None:
    shout(ctx, source=source, target=target)
    ctx.spark.streams.active[0].awaitTermination()
"""


class Driver:
    """Starts drivers with an app in a folder, and reads what they leave."""

    def __init__(self, folder: Path, kafka: str | None = None) -> None:
        self.folder = folder
        self.kafka = kafka
        (folder / "app.py").write_text(APP)
        # Thirteen jars to copy and to look through: only for those who need them.
        self.conf = CONF | ({"spark.jars": spark_jars()} if kafka else {})

    def start(self, function: str, mode: str, **parameters: Any) -> subprocess.Popen[bytes]:
        told = driver_environ(
            self.folder,
            f"app:{function}",
            kafka=self.kafka,
            metrics_topic="shout.metrics",
            spark_conf=self.conf,
            job="job",
            name="job-1",
            mode=mode,
            parameters=parameters,
        )
        path = os.pathsep.join([str(Path(__file__).parents[3]), str(self.folder)])
        return subprocess.Popen(
            [sys.executable, "-m", "swirl.job"],
            env={**os.environ, **told, "PYTHONPATH": path},
        )

    def finish(self, process: subprocess.Popen[bytes], seconds: float = 120) -> int:
        try:
            return process.wait(timeout=seconds)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()

    @property
    def message(self) -> dict[str, Any]:
        body = json.loads((self.folder / "termination").read_bytes())
        assert isinstance(body, dict)
        return body


@pytest.fixture
def driver(tmp_path: Path) -> Driver:
    return Driver(tmp_path)


def test_a_batch_job_publishes_a_model(driver: Driver) -> None:
    code = driver.finish(driver.start("train", "Batch"))
    message = driver.message
    assert code == 0, message
    assert message["metrics"] == {"accuracy": "0.5"}
    assert message["result"] == {"rows": 25}
    (ref,) = message["models"]
    assert ref["name"] == "double"
    with open_model(ref["uri"], ref["digest"]) as model:
        assert model.golden().outputs[3] == {"prediction": 6.0}


def test_an_error_in_a_worker_names_the_users_line(driver: Driver) -> None:
    code = driver.finish(driver.start("worker_fails", "Batch"))
    line = APP.splitlines().index("        return 1 // (x - 1)") + 1
    assert code == 1
    assert driver.message["message"].startswith(f"ZeroDivisionError at app.py:{line}: ")


def test_the_death_of_the_jvm_is_named(driver: Driver) -> None:
    code = driver.finish(driver.start("jvm_dies", "Batch"))
    assert code == 1
    assert driver.message["reason"] == "DriverFailed"
    assert driver.message["message"] == "Spark's JVM was killed by signal 9 (SIGKILL)"


def test_settings_that_spark_refuses_are_said_in_its_words(driver: Driver) -> None:
    driver.conf = {**driver.conf, "spark.executor.cores": "many"}
    assert driver.finish(driver.start("train", "Batch")) == 2
    assert driver.message["reason"] == "InvalidSpec"
    assert driver.message["message"] == (
        "Spark does not start: SparkException: Executor cores must be a positive number; correct "
        "spark.conf"
    )


def produce(bootstrap: str, topic: str, values: list[str]) -> None:
    producer = KafkaProducer(bootstrap_servers=bootstrap)
    for value in values:
        producer.send(topic, value.encode())
    producer.flush()
    producer.close()


def consume(bootstrap: str, topic: str, count: int, seconds: float = 90) -> list[bytes]:
    consumer = KafkaConsumer(
        topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest", consumer_timeout_ms=500
    )
    found: list[bytes] = []
    end = time.monotonic() + seconds
    while len(found) < count and time.monotonic() < end:
        found.extend(message.value for message in consumer)
    consumer.close()
    return found


@pytest.mark.parametrize("function", ["shout", "shout_and_wait"])
def test_a_streaming_job_from_kafka_to_kafka_is_stopped_between_batches(
    kafka: str, tmp_path: Path, function: str
) -> None:
    driver = Driver(tmp_path, kafka)
    source, target = (f"{name}-{uuid.uuid4().hex}" for name in ("in", "out"))
    produce(kafka, source, ["a", "b", "c"])
    process = driver.start(function, "Streaming", source=source, target=target)
    try:
        assert consume(kafka, target, 3) == [b"A", b"B", b"C"]
        process.send_signal(signal.SIGTERM)
    finally:
        code = driver.finish(process, 40)
    assert code == 143
    assert driver.message["reason"] == "DriverLost"
    records = [decode(value) for value in consume(kafka, "shout.metrics", 1, 20)]
    assert {record.source for record in records} == {"ads/AnalyticsJob/job"}
    assert records[-1].points[0].labels == {"job": "job"}

    # The next attempt goes on where this one has stopped: nothing is lost or done twice.
    if function == "shout":
        produce(kafka, source, ["d"])
        process = driver.start(function, "Streaming", source=source, target=target)
        try:
            assert consume(kafka, target, 4) == [b"A", b"B", b"C", b"D"]
        finally:
            process.send_signal(signal.SIGTERM)
            driver.finish(process, 40)


def test_a_failed_query_fails_the_run_with_its_cause(kafka: str, tmp_path: Path) -> None:
    driver = Driver(tmp_path, kafka)
    source = f"in-{uuid.uuid4().hex}"
    produce(kafka, source, ["a"])
    process = driver.start("shout", "Streaming", source=source, target="none", fail=True)
    assert driver.finish(process) == 1
    line = APP.splitlines().index('            raise ValueError("cannot shout")') + 1
    assert driver.message["reason"] == "UserError"
    assert driver.message["message"] == f"ValueError at app.py:{line}: cannot shout"
