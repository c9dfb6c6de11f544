"""IDFModel: weighs term counts by how rare the terms are."""

from __future__ import annotations

from swirl.models.errors import RowError
from swirl.models.formats.sparkml.native import SavedStage
from swirl.models.formats.sparkml.plan import Column, Columns, Row, Step
from swirl.models.formats.sparkml.registry import need, stage
from swirl.models.formats.sparkml.vectors import SparseVector, read_vector, vector_size


@stage("org.apache.spark.ml.feature.IDFModel")
def compile_idf(saved: SavedStage, columns: Columns) -> list[Step]:
    """Slot-wise product; sparse stays sparse."""
    source, target = saved.text("inputCol"), saved.text("outputCol")
    need(saved, columns, source)
    idf = read_vector(saved.data("idf")["idf"])
    size = len(idf)
    columns.add(target, Column(size=size))

    def step(row: Row) -> None:
        vector = row[source]
        if vector is None or vector_size(vector) != size:
            raise RowError(source, f"should be a vector of {size} slots")
        if isinstance(vector, SparseVector):
            indices = vector.indices
            values = [v * idf[i] for i, v in zip(indices, vector.values, strict=True)]
            row[target] = SparseVector(size, indices, values)
        else:
            row[target] = [v * w for v, w in zip(vector, idf, strict=True)]

    return [step]
