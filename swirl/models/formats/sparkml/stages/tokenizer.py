"""Tokenizer: lower case, split at every whitespace."""

from __future__ import annotations

from swirl.models.errors import RowError
from swirl.models.formats.sparkml.javatext import lower, split_whitespace
from swirl.models.formats.sparkml.native import SavedStage
from swirl.models.formats.sparkml.plan import Columns, Row, Step
from swirl.models.formats.sparkml.registry import need, stage


@stage("org.apache.spark.ml.feature.Tokenizer")
def compile_tokenizer(saved: SavedStage, columns: Columns) -> list[Step]:
    """Text to a list of terms; empty terms between two blanks stay, as in Spark."""
    source, target = saved.text("inputCol"), saved.text("outputCol")
    need(saved, columns, source)
    columns.add(target)

    def step(row: Row) -> None:
        text = row[source]
        if not isinstance(text, str):
            raise RowError(source, "should be a text" + (", is null" if text is None else ""))
        row[target] = split_whitespace(lower(text))

    return [step]
