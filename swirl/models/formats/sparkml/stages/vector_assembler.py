"""VectorAssembler: numbers and vectors side by side in one vector."""

from __future__ import annotations

import math

from swirl.models.errors import RowError
from swirl.models.formats.sparkml.native import SavedStage
from swirl.models.formats.sparkml.plan import Column, Columns, Row, Step
from swirl.models.formats.sparkml.registry import need, stage
from swirl.models.formats.sparkml.vectors import SparseVector


@stage("org.apache.spark.ml.feature.VectorAssembler")
def compile_vector_assembler(saved: SavedStage, columns: Columns) -> list[Step]:
    """Sparse parts make the result sparse; numbers alone make a dense one."""
    sources, target = saved.texts("inputCols"), saved.text("outputCol")
    policy = saved.choice("handleInvalid", "error", "skip", "keep")
    for source in sources:
        need(saved, columns, source)
    columns.add(target, Column())
    keep = policy == "keep"
    dropped = "; Spark would drop the row (handleInvalid=skip)" if policy == "skip" else ""

    def invalid(source: str, what: str) -> RowError:
        return RowError(source, f"should be a number, is {what}{dropped}")

    def step(row: Row) -> None:
        dense: list[float] = []
        sparse: list[tuple[int, SparseVector]] = []
        for source in sources:
            value = row[source]
            if isinstance(value, float):
                if value != value and not keep:
                    raise invalid(source, "NaN")
                dense.append(value)
            elif isinstance(value, int):
                dense.append(float(value))
            elif isinstance(value, SparseVector):
                if not keep and any(map(math.isnan, value.values)):
                    raise invalid(source, "a vector with NaN")
                sparse.append((len(dense), value))
            elif isinstance(value, list):
                if not keep and any(map(math.isnan, value)):
                    raise invalid(source, "a vector with NaN")
                dense.extend(value)
            elif value is None and keep and columns[source].size is None:
                dense.append(math.nan)
            else:
                raise invalid(source, "null" if value is None else type(value).__name__)
        row[target] = _merge(dense, sparse) if sparse else dense

    return [step]


def _merge(dense: list[float], sparse: list[tuple[int, SparseVector]]) -> SparseVector:
    """Put each sparse vector before the dense value it was met at."""
    indices: list[int] = []
    values: list[float] = []
    offset = taken = 0
    for position, vector in [*sparse, (len(dense), SparseVector(0, [], []))]:
        for value in dense[taken:position]:
            indices.append(offset)
            values.append(value)
            offset += 1
        taken = position
        indices.extend(offset + index for index in vector.indices)
        values.extend(vector.values)
        offset += vector.size
    return SparseVector(offset, indices, values)
