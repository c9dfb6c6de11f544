"""Errors a caller of the service can cause, and those that stop it from starting."""

from __future__ import annotations

from swirl.wire.exits import ScorerExit


class RequestError(Exception):
    """The request cannot be answered: an HTTP status and a sentence for the caller."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class InputError(RequestError):
    """A value does not fit the model's signature (400)."""

    def __init__(self, message: str) -> None:
        super().__init__(400, message)


class StartError(Exception):
    """The service must not start; `exit_code` tells the operator why."""

    exit_code = ScorerExit.CANNOT_LOAD


class GoldenMismatch(StartError):
    """The model answers something else here than it did where it was trained."""

    exit_code = ScorerExit.GOLDEN_ROWS_DIFFER
