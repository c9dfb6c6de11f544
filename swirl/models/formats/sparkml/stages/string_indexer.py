"""StringIndexerModel: a text to the rank it had in the training data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from swirl.models.errors import RowError
from swirl.models.formats.sparkml.javatext import double_text, float_text
from swirl.models.formats.sparkml.native import SavedStage
from swirl.models.formats.sparkml.plan import Column, Columns, Row, Step
from swirl.models.formats.sparkml.registry import stage

_UNKNOWN = "__unknown"


@stage("org.apache.spark.ml.feature.StringIndexerModel")
def compile_string_indexer(saved: SavedStage, columns: Columns) -> list[Step]:
    """One step a column.

    Columns that rows do not have are left out, as in Spark: pipelines index the label too, and
    callers have none.
    """
    policy = saved.choice("handleInvalid", "error", "skip", "keep")
    all_labels = saved.data("labelsArray")["labelsArray"]
    pairs = saved.column_pairs()
    if len(all_labels) != len(pairs):
        raise saved.fail(f"{len(pairs)} columns but {len(all_labels)} lists of labels")
    steps: list[Step] = []
    for (source, target), labels in zip(pairs, all_labels, strict=True):
        if source not in columns:
            continue
        number_text = float_text if columns[source].single else double_text
        steps.append(_index(source, target, labels, policy, number_text))
        known = (*labels, _UNKNOWN) if policy == "keep" else tuple(labels)
        columns.add(target, Column(labels=known))
    return steps


def _index(
    source: str, target: str, labels: list[str], policy: str, number_text: Callable[[float], str]
) -> Step:
    index = {label: float(rank) for rank, label in enumerate(labels)}
    unknown = float(len(labels))
    keep = policy == "keep"
    dropped = "; Spark would drop the row (handleInvalid=skip)" if policy == "skip" else ""

    def as_string(value: Any) -> str:
        """A number as Spark casts it to a string."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise RowError(source, f"should be a text or a number, is {type(value).__name__}")
        return str(value) if isinstance(value, int) else number_text(value)

    def step(row: Row) -> None:
        value = row[source]
        text = value if value is None or isinstance(value, str) else as_string(value)
        rank = index.get(text) if text is not None else None
        if rank is None:
            if not keep:
                what = "null" if text is None else f"{text!r}"
                raise RowError(source, f"{what} was not seen in training{dropped}")
            rank = unknown
        row[target] = rank

    return step
