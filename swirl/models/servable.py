"""What every model has to be so that it can be served, whatever its format. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from swirl.models.errors import PublishError

OUTPUTS = ("prediction", "predictedLabel", "probability")
"""Columns of a model that are served, those of them it has."""

GOLDEN_MIN = 20
GOLDEN_MAX = 1000

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def check_name(name: str) -> None:
    """Check that a model's name can stand in a path and in a URL.

    Raises:
        PublishError: it cannot.
    """
    if not _NAME.fullmatch(name):
        raise PublishError(
            f"model name {name!r}: letters, digits, '.', '_' and '-' only, beginning with a letter "
            "or digit"
        )


def check_golden_count(name: str, count: int) -> None:
    """Check that there are enough golden rows to prove something.

    Raises:
        PublishError: there are fewer than `GOLDEN_MIN`.
    """
    if count < GOLDEN_MIN:
        raise PublishError(
            f"model {name!r}: golden_rows has {count} rows, at least {GOLDEN_MIN} are needed: "
            "pass rows that were kept out of the training"
        )


def check_one_output_each(name: str, inputs: int, outputs: int, hint: str) -> None:
    """Check that the model has answered every golden row.

    Args:
        name: the model's name.
        inputs, outputs: how many rows went in and came out.
        hint: where to look in a model of this format.

    Raises:
        PublishError: it has not.
    """
    if outputs != inputs:
        raise PublishError(
            f"model {name!r} returns {outputs} rows for {inputs} golden rows: a served model must "
            f"return one row for each; {hint}"
        )


def served_outputs(name: str, columns: Sequence[str]) -> list[str]:
    """Return those of a model's output columns that are served.

    Raises:
        PublishError: none of them is.
    """
    served = [column for column in OUTPUTS if column in columns]
    if not served:
        raise PublishError(
            f"model {name!r} has none of the output columns {', '.join(OUTPUTS)}: "
            f"name one of its outputs so, it has {', '.join(columns)}"
        )
    return served
