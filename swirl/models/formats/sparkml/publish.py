"""Publishes a fitted Spark ML pipeline with golden rows: what it returns for given inputs."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from swirl.errors import SwirlError
from swirl.models import Golden, Published, Signature, Tensor, publish_model_dir
from swirl.models.formats.sparkml import FORMAT
from swirl.models.publish import NATIVE, require_unpublished
from swirl.store import Store
from swirl.store.locations import join
from swirl.wire.run import RunRef

if TYPE_CHECKING:
    from pyspark.ml import PipelineModel
    from pyspark.sql import DataFrame, Row
    from pyspark.sql.types import StructType


OUTPUTS = ("prediction", "predictedLabel", "probability")
"""Columns of a pipeline that are served, those of them it has."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

GOLDEN_MIN = 20
GOLDEN_MAX = 1000

# Spark's type name to the datatype of the open inference protocol.
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


class PublishError(SwirlError, ValueError):
    """A model cannot be published as it is; the message says what to change."""


def publish_spark_model(
    store: Store,
    run: RunRef,
    name: str,
    model: PipelineModel,
    golden: DataFrame,
    metrics: Mapping[str, float],
) -> Published:
    """Save a fitted pipeline below the store's root and publish it.

    Args:
        store: where to.
        run: the attempt that trained it.
        name: the model's name.
        model: the fitted pipeline; the executors must see the store under the same path.
        golden: raw input rows, `GOLDEN_MIN` or more; of many the first `GOLDEN_MAX` are kept.
        metrics: figures of the training.

    Raises:
        ModelExists: this attempt has published a model of this name.
        PublishError: too few golden rows, or columns that cannot be served.
    """
    if not _NAME.fullmatch(name):
        raise PublishError(
            f"model name {name!r}: letters, digits, '.', '_' and '-' only, beginning with a letter "
            "or digit"
        )
    uri = store.model_uri(run.namespace, run.job, run.folder, run.attempt, name)
    require_unpublished(store, uri)
    inputs, outputs = _run(name, model, golden)
    signature = Signature(
        _tensors(name, "golden column", golden.schema, golden.columns, inputs),
        _tensors(
            name,
            "output",
            outputs.schema,
            [column for column in OUTPUTS if column in outputs.schema.names],
            outputs.rows,
        ),
    )
    rows = Golden(
        [_values(name, row, signature.inputs) for row in inputs],
        [_values(name, row, signature.outputs) for row in outputs.rows],
    )
    model.write().overwrite().save(join(uri, NATIVE))
    return publish_model_dir(
        uri,
        name=name,
        format=FORMAT,
        run=run,
        signature=signature,
        golden=rows,
        metrics=metrics,
        store=store,
    )


class _Outputs:
    """What the pipeline returned for the golden rows."""

    def __init__(self, schema: StructType, rows: Sequence[Row]) -> None:
        self.schema = schema
        self.rows = rows


def _run(name: str, model: PipelineModel, golden: DataFrame) -> tuple[list[Row], _Outputs]:
    inputs = golden.limit(GOLDEN_MAX).collect()
    if len(inputs) < GOLDEN_MIN:
        raise PublishError(
            f"model {name!r}: golden has {len(inputs)} rows, at least {GOLDEN_MIN} are needed: "
            "pass rows that were kept out of the training"
        )
    # Collected rows in one partition, so that outputs come in the order of the inputs.
    frame = golden.sparkSession.createDataFrame(inputs, golden.schema).coalesce(1)
    transformed = model.transform(frame)
    outputs = transformed.collect()
    if len(outputs) != len(inputs):
        raise PublishError(
            f"model {name!r} returns {len(outputs)} rows for {len(inputs)} golden rows: a served "
            "pipeline must return one row for each; look for handleInvalid='skip' in its stages"
        )
    if not any(column in transformed.columns for column in OUTPUTS):
        raise PublishError(
            f"model {name!r} has none of the output columns {', '.join(OUTPUTS)}: "
            f"name a stage's output so, it has {', '.join(transformed.columns)}"
        )
    return inputs, _Outputs(transformed.schema, outputs)


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
