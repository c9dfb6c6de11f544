"""What can go wrong: with a model when it is loaded, with a row when it is scored."""

from __future__ import annotations


class ModelLoadError(Exception):
    """The saved model cannot be served as Spark would run it; the message says why."""


class UnsupportedStage(ModelLoadError):
    """The pipeline holds a stage of a class that no file in `stages/` registers."""


class RowError(ValueError):
    """This row cannot be scored; Spark would have failed on it, or dropped it.

    `column` is the column of the pipeline that holds the offending value, for the caller's sake.
    """

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column
