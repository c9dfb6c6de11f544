"""HashingTF: how often each term occurs, at the slot its hash gives."""

from __future__ import annotations

from functools import lru_cache

from swirl.models.errors import RowError
from swirl.models.formats.sparkml.hashing import SPARK_SEED, bucket
from swirl.models.formats.sparkml.native import SavedStage
from swirl.models.formats.sparkml.plan import Column, Columns, Row, Step
from swirl.models.formats.sparkml.registry import need, stage
from swirl.models.formats.sparkml.vectors import SparseVector

_REMEMBERED_TERMS = 65_536
_LONGEST_REMEMBERED = 64


@stage("org.apache.spark.ml.feature.HashingTF")
def compile_hashing_tf(saved: SavedStage, columns: Columns) -> list[Step]:
    """Terms to a sparse vector of counts, or of ones with `binary`."""
    source, target = saved.text("inputCol"), saved.text("outputCol")
    size, binary = saved.integer("numFeatures"), saved.flag("binary")
    need(saved, columns, source)
    columns.add(target, Column(size=size))

    # Words repeat: looking one up costs a tenth of hashing it. What is longer than words are does
    # not repeat, and would be remembered at the price of its length.
    @lru_cache(maxsize=_REMEMBERED_TERMS)
    def remembered(term: str) -> int:
        return bucket(term, size)

    def slot(term: str | None) -> int:
        if term is None:
            return SPARK_SEED % size
        return remembered(term) if len(term) <= _LONGEST_REMEMBERED else bucket(term, size)

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
