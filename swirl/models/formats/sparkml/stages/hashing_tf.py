"""HashingTF: how often each term occurs, at the slot its hash gives."""

from __future__ import annotations

from swirl.models.errors import RowError
from swirl.models.formats.sparkml.hashing import SPARK_SEED, bucket
from swirl.models.formats.sparkml.native import SavedStage
from swirl.models.formats.sparkml.plan import Column, Columns, Row, Step
from swirl.models.formats.sparkml.registry import need, stage
from swirl.models.formats.sparkml.vectors import SparseVector


@stage("org.apache.spark.ml.feature.HashingTF")
def compile_hashing_tf(saved: SavedStage, columns: Columns) -> list[Step]:
    """Terms to a sparse vector of counts, or of ones with `binary`."""
    source, target = saved.text("inputCol"), saved.text("outputCol")
    size, binary = saved.integer("numFeatures"), saved.flag("binary")
    need(saved, columns, source)
    columns.add(target, Column(size=size))

    def slot(term: str | None) -> int:
        return SPARK_SEED % size if term is None else bucket(term, size)

    def step(row: Row) -> None:
        terms = row[source]
        if terms is None:
            raise RowError(source, "should be a list of terms, is null")
        counts: dict[int, float] = {}
        for index in map(slot, terms):
            counts[index] = 1.0 if binary else counts.get(index, 0.0) + 1.0
        indices = sorted(counts)
        row[target] = SparseVector(size, indices, [counts[index] for index in indices])

    return [step]
