"""Helpers to publish what Spark trained."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame

from swirl.models import Golden, Published, Signature, publish_model_dir
from swirl.wire.run import RunRef
from tests.integration.models.spark_answers import inputs_of, spark_answers


@pytest.fixture(scope="session")
def publish(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Published]:
    """Saves a pipeline and publishes it with Spark's own answers as golden rows."""

    def run(
        model: PipelineModel, frame: DataFrame, signature: Signature, name: str = "model"
    ) -> Published:
        folder = tmp_path_factory.mktemp(name)
        native = folder / "saved"
        model.write().save(native.as_uri())
        names = [tensor.name for tensor in signature.inputs]
        outputs = [tensor.name for tensor in signature.outputs]
        inputs = json.loads(json.dumps(inputs_of(frame, names)))
        return publish_model_dir(
            (folder / "store").as_uri(),
            name=name,
            format="spark-ml",
            run=RunRef("test", "train", "train-1", 1),
            signature=signature,
            golden=Golden(inputs, spark_answers(model, frame, outputs)),
            native=native,
        )

    return run
