"""A pipeline made ready: a list of callables that each add columns to a row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]
"""Column name to value: str, bool, int, float, list of str, list of float or SparseVector."""

Step = Callable[[Row], None]
"""Reads columns of the row and adds its own; raises RowError when Spark would fail the row."""


@dataclass(frozen=True)
class Column:
    """What is known of a column before any row is seen.

    Attributes:
        labels: the texts that the numbers (or strings) of this column stand for, if it is a
            category.
        size: slots of a vector column, if known.
        classes: number of classes of a prediction.
        single: whether its numbers have 32 bits only.
    """

    labels: tuple[str, ...] | None = None
    size: int | None = None
    classes: int | None = None
    single: bool = False


class Columns(Mapping[str, Column]):
    """The columns that exist at one point of the pipeline, while it is being compiled."""

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self._columns = dict(columns)

    def add(self, name: str, column: Column | None = None) -> None:
        """Declare what a stage produces."""
        self._columns[name] = column or Column()

    def __getitem__(self, name: str) -> Column:
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)


@dataclass(frozen=True)
class Plan:
    """A compiled pipeline. `columns` holds the inputs and everything that `run` adds."""

    steps: Sequence[Step]
    columns: Columns

    def run(self, values: Mapping[str, Any]) -> Row:
        """Score one row; returns the inputs and every column added.

        Raises:
            RowError: Spark would have failed the row, or dropped it.
        """
        row = dict(values)
        for step in self.steps:
            step(row)
        return row
