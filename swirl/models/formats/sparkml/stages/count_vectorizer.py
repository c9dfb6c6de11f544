"""CountVectorizerModel: how often each term of a vocabulary occurs."""

from __future__ import annotations

from swirl.models.errors import RowError
from swirl.models.formats.sparkml.native import SavedStage
from swirl.models.formats.sparkml.plan import Column, Columns, Row, Step
from swirl.models.formats.sparkml.registry import need, stage
from swirl.models.formats.sparkml.vectors import SparseVector


@stage("org.apache.spark.ml.feature.CountVectorizerModel")
def compile_count_vectorizer(saved: SavedStage, columns: Columns) -> list[Step]:
    """Terms to a sparse vector. `minTF` below 1 is a share of all terms of the row."""
    source, target = saved.text("inputCol"), saved.text("outputCol")
    min_tf, binary = saved.number("minTF"), saved.flag("binary")
    need(saved, columns, source)
    vocabulary = {term: index for index, term in enumerate(saved.data("vocabulary")["vocabulary"])}
    size = len(vocabulary)
    columns.add(target, Column(size=size))

    def step(row: Row) -> None:
        terms = row[source]
        if terms is None:
            raise RowError(source, "should be a list of terms, is null")
        counts: dict[int, float] = {}
        for term in terms:
            index = vocabulary.get(term)
            if index is not None:
                counts[index] = counts.get(index, 0.0) + 1.0
        enough = min_tf if min_tf >= 1.0 else len(terms) * min_tf
        indices = sorted(index for index, count in counts.items() if count >= enough)
        values = [1.0] * len(indices) if binary else [counts[index] for index in indices]
        row[target] = SparseVector(size, indices, values)

    return [step]
