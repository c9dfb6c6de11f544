"""Parameters of an analytics function: from type hints to JSON Schema and validated values.

Values are checked strictly, as JSON: `"20"` is no integer and `1` no boolean, but an integer is
a number, and dates, enums and the like are read from their JSON form.
"""

from __future__ import annotations

import difflib
import inspect
import json
import math
import typing
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic.errors import PydanticSchemaGenerationError, PydanticUserError
from pydantic.fields import FieldInfo

from swirl.job.errors import PermanentError
from swirl.wire.reasons import OutcomeReason

_SHOWN = 80
_BEYOND = 2**63


class InvalidParameters(PermanentError, ValueError):
    """Parameters do not fit the function; the message names each, what was got and expected."""

    reason = OutcomeReason.INVALID_PARAMETERS


class ParameterModel:
    """The parameters of one function.

    Args:
        function: its first parameter is the context, the others are the parameters.

    Raises:
        TypeError: a type hint is missing, unknown or has no JSON form.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._title = function.__name__
        self._names = list(inspect.signature(function).parameters)[1:]
        self._model = _model(function, self._names)

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of an object that holds all parameters."""
        schema = self._model.model_json_schema()
        schema["title"] = self._title
        return schema

    def validate(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return values for all parameters, defaults included.

        Args:
            values: JSON values by parameter name.

        Raises:
            InvalidParameters: naming each parameter, what was got and what is expected.
        """
        try:
            data = json.dumps(dict(values))
        except (TypeError, ValueError) as error:
            raise InvalidParameters(
                f"the parameters have no JSON form ({error}): write each as in an AnalyticsJob, "
                "a date as its text"
            ) from error
        try:
            valid = self._model.model_validate_json(data, strict=True)
        except ValidationError as error:
            raise InvalidParameters(self._explain(error, values)) from None
        found = {name: getattr(valid, _field(i)) for i, name in enumerate(self._names)}
        if rounded := [_rounded_sentence(path, value) for path, value in _rounded(values, found)]:
            raise InvalidParameters("; ".join(rounded))
        return found

    def _explain(self, error: ValidationError, values: Mapping[str, Any]) -> str:
        expected: dict[tuple[str, str], list[str]] = {}
        sentences: dict[str, None] = {}
        for item in error.errors(include_url=False):
            name = _path(_inside(values, item["loc"], item["type"]))
            if item["type"] == "missing":
                sentences[f"parameter {name!r} is required: add it to the parameters"] = None
            elif item["type"] == "extra_forbidden" and len(item["loc"]) == 1:
                sentences[self._unknown(name)] = None
            elif item["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
                sentences[f"parameter {name!r} is unknown: remove it"] = None
            else:
                wanted = str(item["msg"]).removeprefix("Input should be ")
                expected.setdefault((name, _show(item["input"])), []).append(wanted)
        for (name, got), wanted_list in expected.items():
            wanted = " or ".join(dict.fromkeys(wanted_list))
            sentences[f"parameter {name!r}: got {got}, expected {wanted}"] = None
        return "; ".join(sentences)

    def _unknown(self, name: str) -> str:
        if not self._names:
            return f"unknown parameter {name!r}: {self._title} takes none"
        close = difflib.get_close_matches(name, self._names, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(self._names)}"
        return f"unknown parameter {name!r}: {hint}"


def _model(function: Callable[..., Any], names: list[str]) -> type[BaseModel]:
    where = f"{function.__module__}:{function.__qualname__}"
    try:
        hints = typing.get_type_hints(function, include_extras=True)
    except (NameError, AttributeError) as error:
        raise TypeError(
            f"{where}: a type hint cannot be read ({error}); import its name at module level"
        ) from error
    signature = inspect.signature(function)
    fields: dict[str, Any] = {}
    for index, name in enumerate(names):
        if name not in hints:
            raise TypeError(f"{where}: parameter {name!r} needs a type hint, as in {name}: int")
        default = signature.parameters[name].default
        required = default is inspect.Parameter.empty
        if isinstance(default, FieldInfo):
            raise TypeError(
                f"{where}: parameter {name!r} has a Field as its default, which the function would "
                f"be given; write {name}: Annotated[<type>, Field(…)] = <default>"
            )
        if isinstance(default, float) and not math.isfinite(default):
            raise TypeError(
                f"{where}: the default of parameter {name!r} is {default}, which JSON cannot hold; "
                f"write {name}: float | None = None"
            )
        # The alias carries the name: as field names, some would clash with pydantic's own.
        fields[_field(index)] = (
            hints[name],
            Field(... if required else default, alias=name, title=name),
        )
    try:
        return create_model(
            function.__name__,
            __config__=ConfigDict(extra="forbid", ser_json_inf_nan="null"),
            **fields,
        )
    except (PydanticSchemaGenerationError, PydanticUserError) as error:
        first = str(error).splitlines()[0]
        raise TypeError(f"{where}: a parameter's type has no JSON form: {first}") from error


def _field(index: int) -> str:
    return f"parameter_{index}"


def _inside(values: Any, location: tuple[int | str, ...], kind: str) -> list[int | str]:
    """Drop from an error's location what is no path in the values, as the branches of a union."""
    kept: list[int | str] = []
    for position, part in enumerate(location):
        last = position == len(location) - 1
        in_object = isinstance(values, Mapping) and part in values
        in_list = isinstance(values, list) and isinstance(part, int) and part < len(values)
        if in_object or in_list:
            values = values[part]
        elif not (last and kind == "missing"):
            continue
        kept.append(part)
    return kept


def _rounded(
    given: Any, valid: Any, location: tuple[int | str, ...] = ()
) -> Iterator[tuple[list[int | str], int]]:
    """Find integers that the API server does not hold, where they are not taken for a float.

    It holds 64 bits and rounds what is longer, so such a number is not the one that was written.
    """
    if isinstance(given, int) and not isinstance(given, bool):
        if not -_BEYOND <= given < _BEYOND and not isinstance(valid, float):
            yield list(location), given
    elif isinstance(given, Mapping):
        for name, value in given.items():
            inside = valid.get(name) if isinstance(valid, Mapping) else getattr(valid, name, None)
            yield from _rounded(value, inside, (*location, name))
    elif isinstance(given, list):
        for index, value in enumerate(given):
            same = isinstance(valid, list | tuple) and index < len(valid)
            yield from _rounded(value, valid[index] if same else None, (*location, index))


def _rounded_sentence(location: list[int | str], value: int) -> str:
    return (
        f"parameter {_path(location)!r}: {value} has more than 64 bits, and Kubernetes rounds such "
        "numbers: declare it as a str and write it in quotes"
    )


def _path(location: list[int | str]) -> str:
    """Write `("grid", 0, "alpha")` as `grid[0].alpha`."""
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else str(part)
    return text


def _show(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
