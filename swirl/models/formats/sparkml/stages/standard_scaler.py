"""StandardScalerModel: subtracts the mean, divides by the standard deviation."""

from __future__ import annotations

from swirl.models.errors import RowError
from swirl.models.formats.sparkml.native import SavedStage
from swirl.models.formats.sparkml.plan import Column, Columns, Row, Step
from swirl.models.formats.sparkml.registry import need, stage
from swirl.models.formats.sparkml.vectors import SparseVector, read_vector, vector_size


@stage("org.apache.spark.ml.feature.StandardScalerModel")
def compile_standard_scaler(saved: SavedStage, columns: Columns) -> list[Step]:
    """Slots that never varied become zero. With `withMean` the result is dense."""
    source, target = saved.text("inputCol"), saved.text("outputCol")
    need(saved, columns, source)
    data = saved.data("std", "mean")
    deviations, means = read_vector(data["std"]), read_vector(data["mean"])
    centre = saved.flag("withMean")
    size = len(means)
    scale = [1.0] * size
    if saved.flag("withStd"):
        scale = [1.0 / deviation if deviation else 0.0 for deviation in deviations]
    columns.add(target, Column(size=size))

    def step(row: Row) -> None:
        vector = row[source]
        if vector is None or vector_size(vector) != size:
            raise RowError(source, f"should be a vector of {size} slots")
        if isinstance(vector, SparseVector):
            if not centre:
                values = [v * scale[i] for i, v in zip(vector.indices, vector.values, strict=True)]
                row[target] = SparseVector(size, vector.indices, values)
                return
            vector = vector.dense()
        if centre:
            vector = [v - m for v, m in zip(vector, means, strict=True)]
        row[target] = [v * s for v, s in zip(vector, scale, strict=True)]

    return [step]
