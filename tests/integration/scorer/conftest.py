"""One Spark for all comparisons, and helpers to publish what it trained."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame, SparkSession

from swirl.models import Golden, Published, Signature, publish_model_dir
from swirl.wire.run import RunRef
from tests.integration.models.spark_answers import inputs_of, spark_answers


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    builder = SparkSession.builder.master("local[1]").appName("scorer-parity")
    for key, value in {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.default.parallelism": "1",
        "spark.driver.memory": "700m",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.pyspark.python": sys.executable,
    }.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture
def publish(tmp_path: Path) -> Callable[..., Published]:
    """Saves a pipeline and publishes it with Spark's own answers as golden rows."""

    def run(
        model: PipelineModel, frame: DataFrame, signature: Signature, name: str = "model"
    ) -> Published:
        native = tmp_path / "saved" / name
        model.write().save(native.as_uri())
        names = [tensor.name for tensor in signature.inputs]
        outputs = [tensor.name for tensor in signature.outputs]
        inputs = json.loads(json.dumps(inputs_of(frame, names)))
        return publish_model_dir(
            (tmp_path / "store" / name).as_uri(),
            name=name,
            format="spark-ml",
            run=RunRef("test", "train", "train-1", 1),
            signature=signature,
            golden=Golden(inputs, spark_answers(model, frame, outputs)),
            native=native,
        )

    return run
