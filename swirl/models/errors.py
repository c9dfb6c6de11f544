"""Why a model cannot be published, loaded or asked; every message says what to change."""

from __future__ import annotations

from swirl.errors import SwirlError


class PublishError(SwirlError, ValueError):
    """A model cannot be published as it is."""


class ModelLoadError(Exception):
    """A published model cannot be served as its trainer would run it."""


class RowError(ValueError):
    """This row cannot be scored; the trainer's library would have failed on it, or dropped it.

    Attributes:
        column: the model's column that holds the offending value, for the caller's sake.
    """

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column
