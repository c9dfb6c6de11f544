"""Publishes a fitted Spark ML pipeline with golden rows: what it returns for given inputs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from swirl.models import Golden, Published, Signature, Tensor, publish_model_dir
from swirl.models.errors import PublishError
from swirl.models.formats.sparkml import FORMAT
from swirl.models.formats.sparkml.columns import StageColumns, inputs_of, of_params
from swirl.models.model import MODEL, NATIVE
from swirl.models.servable import (
    GOLDEN_MAX,
    OUTPUTS,
    check_golden_count,
    check_name,
    check_one_output_each,
    served_outputs,
)
from swirl.store import Store, locations, require_unpublished
from swirl.wire.run import RunRef

if TYPE_CHECKING:
    from pyspark.ml import PipelineModel, Transformer
    from pyspark.sql import DataFrame, Row
    from pyspark.sql.types import StructType

# Spark's type name to the datatype of the Open Inference Protocol.
_DATATYPES = {
    "string": "BYTES",
    "boolean": "BOOL",
    "tinyint": "INT8",
    "smallint": "INT16",
    "int": "INT32",
    "bigint": "INT64",
    "float": "FP32",
    "double": "FP64",
    "date": "BYTES",
    "timestamp": "BYTES",
}

_UNTOLD = ("RFormulaModel", "SQLTransformer")
"""Stages of Spark that read and make what their formula or statement says."""


def publish_spark_model(
    store: Store,
    run: RunRef,
    name: str,
    model: PipelineModel,
    golden_rows: DataFrame,
    metrics: Mapping[str, float],
) -> Published:
    """Save a fitted pipeline below the store's root and publish it.

    The model's inputs are those columns of the golden rows that its stages read; others, such as
    the label, are left out.

    Args:
        store: where to.
        run: the attempt that trained it.
        name: the model's name.
        model: the fitted pipeline; the executors must see the store under the same path.
        golden_rows: raw input rows, `GOLDEN_MIN` or more; of many the first `GOLDEN_MAX` are kept.
        metrics: figures of the training.

    Raises:
        ArtifactExists: this attempt has published a model of this name.
        PublishError: too few golden rows, or columns that cannot be served.
    """
    check_name(name)
    uri = store.model_uri(run.namespace, run.job, run.folder, run.attempt, name)
    require_unpublished(store, uri, MODEL)
    read = inputs_of(name, _stages(model), OUTPUTS, golden_rows.columns)
    # By leaving out, since a name with a dot in it selects a field.
    given = golden_rows.drop(*(column for column in golden_rows.columns if column not in read))
    inputs, outputs = _run(name, model, given)
    signature = Signature(
        _tensors(name, "column of golden_rows", given.schema, read, inputs),
        _tensors(name, "output", outputs.schema, outputs.served, outputs.rows),
    )
    golden = Golden(
        [_values(name, row, signature.inputs) for row in inputs],
        [_values(name, row, signature.outputs) for row in outputs.rows],
    )
    model.write().overwrite().save(locations.join(uri, NATIVE))
    return publish_model_dir(
        uri,
        name=name,
        format=FORMAT,
        run=run,
        signature=signature,
        golden=golden,
        metrics=metrics,
        store=store,
    )


def _stages(model: Transformer) -> list[StageColumns]:
    """The columns of every stage, those of pipelines within the pipeline included."""
    from pyspark.ml import PipelineModel

    found: list[StageColumns] = []
    # A model that is no pipeline is its own only stage.
    for stage in model.stages if isinstance(model, PipelineModel) else [model]:
        if isinstance(stage, PipelineModel):
            found += _stages(stage)
            continue
        kind = type(stage)
        name = f"{kind.__name__} {stage.uid}"
        if not kind.__module__.startswith("pyspark.ml.") or kind.__name__ in _UNTOLD:
            # A stage of the user's own may read and make what no param names.
            found.append(StageColumns(name, None))
            continue
        params = {
            param.name: stage.getOrDefault(param)
            for param in stage.params
            if stage.isDefined(param)
        }
        found.append(of_params(name, params, spares=kind.__name__ == "StringIndexerModel"))
    return found


class _Outputs:
    """What the pipeline returned for the golden rows."""

    def __init__(self, schema: StructType, served: Sequence[str], rows: Sequence[Row]) -> None:
        self.schema = schema
        self.served = served
        self.rows = rows


def _run(name: str, model: PipelineModel, golden_rows: DataFrame) -> tuple[list[Row], _Outputs]:
    inputs = golden_rows.limit(GOLDEN_MAX).collect()
    check_golden_count(name, len(inputs))
    # Collected rows in one partition, so that outputs come in the order of the inputs.
    session = golden_rows.sparkSession
    transformed = model.transform(session.createDataFrame(inputs, golden_rows.schema).coalesce(1))
    outputs = transformed.collect()
    hint = "look for handleInvalid='skip' in the pipeline's stages"
    check_one_output_each(name, len(inputs), len(outputs), hint)
    served = served_outputs(name, transformed.columns)
    return inputs, _Outputs(transformed.schema, served, outputs)


def _tensors(
    model: str, what: str, schema: StructType, columns: Sequence[str], rows: Sequence[Row]
) -> list[Tensor]:
    return [_tensor(model, what, schema, column, rows) for column in columns]


def _tensor(model: str, what: str, schema: StructType, column: str, rows: Sequence[Row]) -> Tensor:
    kind = schema[column].dataType.simpleString()
    if kind == "vector":
        return Tensor(column, "FP64", (-1, len(rows[0][column])))
    if kind in _DATATYPES:
        return Tensor(column, _DATATYPES[kind])
    element = kind.removeprefix("array<").removesuffix(">")
    if kind.startswith("array<") and element in _DATATYPES:
        return Tensor(column, _DATATYPES[element], (-1, -1))
    raise PublishError(
        f"model {model!r}: {what} {column!r} has type {kind}, which cannot be served: cast it to "
        "a number, string, boolean, date or timestamp, an array of those, or a vector"
    )


def _values(model: str, row: Row, tensors: Sequence[Tensor]) -> dict[str, Any]:
    values = {}
    for tensor in tensors:
        try:
            values[tensor.name] = _json(row[tensor.name])
        except PublishError as error:
            raise PublishError(f"model {model!r}: golden row {row!r}: {error}") from None
    return values


def _json(value: Any) -> Any:
    """Return a cell as JSON has it."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise PublishError(f"{value} is no JSON number; leave such rows out")
        return value
    if isinstance(value, date | datetime):
        return value.isoformat()
    to_array: Callable[[], Any] | None = getattr(value, "toArray", None)
    items = to_array().tolist() if to_array is not None else value
    return [_json(item) for item in items]
