"""The result of an analytics function as JSON."""

from __future__ import annotations

from typing import Any

from swirl.job.errors import PermanentError
from swirl.wire.reasons import OutcomeReason


class ResultNotSerializable(PermanentError):
    """The function's result has no JSON form."""

    reason = OutcomeReason.USER_ERROR


def to_json(function: str, result: Any) -> bytes:
    """Return a result as JSON; NaN becomes null.

    Args:
        function: its name, for the error.
        result: what it returned.

    Raises:
        ResultNotSerializable: it holds something without a JSON form.
    """
    from pydantic_core import PydanticSerializationError
    from pydantic_core import to_json as dump

    try:
        return dump(result, inf_nan_mode="null", fallback=_plain)
    except (PydanticSerializationError, ValueError) as error:
        raise ResultNotSerializable(
            f"{function} returned {type(result).__name__}, which has no JSON "
            f"form ({error}): return numbers, strings, lists, dicts or dataclasses"
        ) from error


def _plain(value: Any) -> Any:
    """Turn numbers and arrays of numpy into Python's; called for what has no JSON form itself."""
    for method in ("tolist", "item"):
        if callable(convert := getattr(value, method, None)):
            return convert()
    raise ValueError(f"{type(value).__name__} inside it")
