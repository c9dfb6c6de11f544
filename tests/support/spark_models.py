"""Model directories as Spark writes them, made without Spark."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from swirl.models import Golden, Published, Signature, Tensor, publish_model_dir
from swirl.models.formats.sparkml.hashing import bucket
from swirl.wire.run import RunRef

ML = "org.apache.spark.ml"
BUCKETS = 64
LABELS = ["positive", "negative", "neutral"]


def save_stage(
    folder: Path,
    class_name: str,
    params: dict[str, Any],
    *,
    defaults: dict[str, Any] | None = None,
    data: Sequence[dict[str, Any]] = (),
    uid: str = "stage_1",
    spark: str = "4.2.0",
) -> Path:
    """Writes one stage; `data` becomes one parquet part for each row."""
    metadata = {
        "class": class_name,
        "timestamp": 1,
        "sparkVersion": spark,
        "uid": uid,
        "paramMap": params,
        "defaultParamMap": defaults or {},
    }
    (folder / "metadata").mkdir(parents=True)
    old = int(spark.partition(".")[0]) < 4
    name = "part-00000" if old else "part-00000-3e3f-c000.txt"
    (folder / "metadata" / name).write_text(json.dumps(metadata))
    (folder / "metadata" / "_SUCCESS").touch()
    if data:
        (folder / "data").mkdir()
    for index, row in enumerate(data):
        table = pa.Table.from_pylist([row])
        pq.write_table(table, folder / "data" / f"part-{index:05}-c000.snappy.parquet")
    return folder


def save_pipeline(folder: Path, stages: Sequence[dict[str, Any]], spark: str = "4.2.0") -> Path:
    """Writes a PipelineModel; each stage is the keyword arguments of `save_stage`."""
    uids = [f"s{index}" for index in range(len(stages))]
    save_stage(folder, f"{ML}.PipelineModel", {"stageUids": uids}, uid="pipe", spark=spark)
    width = len(str(len(stages)))
    for index, stage in enumerate(stages):
        where = folder / "stages" / f"{index:0{width}}_{uids[index]}"
        save_stage(where, **stage, uid=uids[index], spark=spark)
    return folder


def dense(values: Sequence[float]) -> dict[str, Any]:
    return {"type": 1, "size": None, "indices": None, "values": list(values)}


def matrix(rows: Sequence[Sequence[float]]) -> dict[str, Any]:
    """Row-major, as Spark writes trained coefficients."""
    return {
        "type": 1,
        "numRows": len(rows),
        "numCols": len(rows[0]),
        "colPtrs": None,
        "rowIndices": None,
        "values": [value for row in rows for value in row],
        "isTransposed": True,
    }


REGRESSION_DEFAULTS = {
    "featuresCol": "features",
    "predictionCol": "prediction",
    "probabilityCol": "probability",
    "rawPredictionCol": "rawPrediction",
    "threshold": 0.5,
}


def regression(
    weights: Sequence[Sequence[float]], intercepts: Sequence[float], **params: Any
) -> dict[str, Any]:
    """Keyword arguments of a LogisticRegressionModel; one row of weights makes it binary."""
    return {
        "class_name": f"{ML}.classification.LogisticRegressionModel",
        "params": params,
        "defaults": REGRESSION_DEFAULTS,
        "data": [
            {
                "numClasses": max(2, len(weights)),
                "numFeatures": len(weights[0]),
                "interceptVector": dense(intercepts),
                "coefficientMatrix": matrix(weights),
                "isMultinomial": len(weights) > 1,
            }
        ],
    }


def tokenizer(source: str = "text", target: str = "words") -> dict[str, Any]:
    return {
        "class_name": f"{ML}.feature.Tokenizer",
        "params": {"inputCol": source, "outputCol": target},
    }


def sentiment_stages() -> list[dict[str, Any]]:
    """Label index, tokens, hashed counts, regression in which words vote, label names."""
    weights = [[0.0] * BUCKETS for _ in LABELS]
    weights[0][bucket("good", BUCKETS)] = 3.0
    weights[1][bucket("bad", BUCKETS)] = 3.0
    return [
        {
            "class_name": f"{ML}.feature.StringIndexerModel",
            "params": {"inputCol": "label", "outputCol": "y"},
            "defaults": {"handleInvalid": "error"},
            "data": [{"labelsArray": [LABELS]}],
        },
        tokenizer(),
        {
            "class_name": f"{ML}.feature.HashingTF",
            "params": {"inputCol": "words", "outputCol": "features", "numFeatures": BUCKETS},
            "defaults": {"binary": False},
        },
        regression(weights, [0.0, 0.0, 0.5]),
        {
            "class_name": f"{ML}.feature.IndexToString",
            "params": {
                "inputCol": "prediction",
                "outputCol": "predictedLabel",
                "labels": LABELS,
            },
        },
    ]


SENTIMENT_SIGNATURE = Signature(
    (Tensor("text", "BYTES"),),
    (
        Tensor("prediction", "FP64"),
        Tensor("predictedLabel", "BYTES"),
        Tensor("probability", "FP64", (-1, 3)),
    ),
)
GOLDEN = Golden(
    [{"text": "good day", "label": "positive"}, {"text": "bad"}, {"text": ""}],
    [{"predictedLabel": "positive"}, {"predictedLabel": "negative"}, {"prediction": 2.0}],
)


def publish(
    folder: Path,
    stages: Sequence[dict[str, Any]] | None = None,
    *,
    signature: Signature = SENTIMENT_SIGNATURE,
    golden: Golden = GOLDEN,
    format: str = "spark-ml",
) -> Published:
    """Publishes the sentiment model, or another, under `folder`."""
    native = save_pipeline(folder / "native", stages or sentiment_stages())
    return publish_model_dir(
        (folder / "store").as_uri(),
        name="sentiment",
        format=format,
        run=RunRef("ads", "train", "train-1", 1),
        signature=signature,
        golden=golden,
        native=native,
    )
