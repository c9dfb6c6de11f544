"""NGram: every run of n terms, joined by a blank."""

from __future__ import annotations

from swirl.models.errors import RowError
from swirl.models.formats.sparkml.native import SavedStage
from swirl.models.formats.sparkml.plan import Columns, Row, Step
from swirl.models.formats.sparkml.registry import need, stage


@stage("org.apache.spark.ml.feature.NGram")
def compile_ngram(saved: SavedStage, columns: Columns) -> list[Step]:
    """Terms to n-grams; fewer than n terms give none."""
    source, target, n = saved.text("inputCol"), saved.text("outputCol"), saved.integer("n")
    need(saved, columns, source)
    columns.add(target)

    def step(row: Row) -> None:
        terms = row[source]
        if terms is None:
            raise RowError(source, "should be a list of terms, is null")
        # Java joins a missing term as the word null.
        words = ["null" if term is None else term for term in terms]
        row[target] = [" ".join(words[i : i + n]) for i in range(len(words) - n + 1)]

    return [step]
