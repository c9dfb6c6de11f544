"""IndexToString: a class number back to its name."""

from __future__ import annotations

import math

from swirl.models.errors import RowError
from swirl.models.formats.sparkml.native import SavedStage
from swirl.models.formats.sparkml.plan import Column, Columns, Row, Step
from swirl.models.formats.sparkml.registry import need, stage


@stage("org.apache.spark.ml.feature.IndexToString")
def compile_index_to_string(saved: SavedStage, columns: Columns) -> list[Step]:
    """Names come from the param, else from the StringIndexerModel that made the input."""
    source, target = saved.text("inputCol"), saved.text("outputCol")
    column = need(saved, columns, source)
    labels = tuple(saved.texts("labels")) if saved.has("labels") else ()
    labels = labels or column.labels or ()
    if not labels:
        raise saved.fail(f"has no labels, and column {source!r} carries none")
    columns.add(target, Column(labels=labels))
    count = len(labels)

    def step(row: Row) -> None:
        number = row[source]
        if number is None:
            row[target] = None
            return
        # Java truncates towards zero and takes NaN for 0.
        index = 0 if math.isnan(number) else math.trunc(number) if math.isfinite(number) else -1
        if not 0 <= index < count:
            raise RowError(source, f"{number} is none of the {count} known classes")
        row[target] = labels[index]

    return [step]
