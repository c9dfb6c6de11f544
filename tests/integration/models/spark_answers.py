"""Spark's answers, as JSON would carry them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame, Row


def plain(value: Any) -> Any:
    """A cell as JSON would carry it; vectors written out."""
    return value.toArray().tolist() if hasattr(value, "toArray") else value


def spark_answers(
    model: PipelineModel, frame: DataFrame, columns: Sequence[str]
) -> list[dict[str, Any]]:
    rows: list[Row] = model.transform(frame).select(*columns).collect()
    return [{name: plain(row[name]) for name in columns} for row in rows]


def inputs_of(frame: DataFrame, names: Sequence[str]) -> list[dict[str, Any]]:
    return [{name: plain(row[name]) for name in names} for row in frame.collect()]
