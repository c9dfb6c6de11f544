from __future__ import annotations

import enum
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, Optional

import jsonschema
import pytest
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from swirl import Context, analytics
from swirl.job.analytics import Analytics
from swirl.job.parameters import InvalidParameters
from swirl.testing import local_context


class Color(enum.Enum):
    RED = "red"


@dataclass
class Grid:
    alpha: list[float]
    steps: int = 1


class Range(BaseModel):
    low: int
    high: int


class Window(TypedDict):
    seconds: int


@analytics
def everything(
    ctx: Context,
    *,
    count: int,
    rate: float = 0.5,
    name: str = "x",
    verbose: bool = False,
    mode: Literal["fast", "slow"] = "fast",
    ids: list[int] = [],  # noqa: B006 - a mutable default must not be shared between runs
    weights: dict[str, float] | None = None,
    limit: Optional[int] = None,  # noqa: UP045 - users write it so
    color: Color = Color.RED,
    day: date | None = None,
    at: datetime | None = None,
    grid: Grid | None = None,
    window: Window | None = None,
    span: Range | None = None,
    bounded: Annotated[int, Field(ge=1, description="how many")] = 1,
    key: int | str = 0,
    model_config: str = "a name pydantic uses itself",
    schema: str = "another",
) -> dict[str, Any]:
    return {"count": count}


def test_calling_it_calls_the_function() -> None:
    assert everything(None, count=3) == {"count": 3}  # type: ignore[arg-type]
    assert vars(everything)["__name__"] == "everything"


def test_schema_follows_the_type_hints() -> None:
    schema = everything.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["title"] == "everything"
    assert schema["required"] == ["count"]
    assert schema["additionalProperties"] is False
    properties = schema["properties"]
    assert properties["count"] == {"title": "count", "type": "integer"}
    assert properties["rate"] == {"title": "rate", "type": "number", "default": 0.5}
    assert properties["mode"]["enum"] == ["fast", "slow"]
    assert properties["bounded"]["minimum"] == 1
    assert properties["bounded"]["description"] == "how many"
    assert {"model_config", "schema"} <= set(properties)


VALUES = {
    "count": 2,
    "rate": 1,
    "ids": [1, 2],
    "weights": {"a": 1.5},
    "color": "red",
    "day": "2026-01-02",
    "at": "2026-01-02T03:04:05Z",
    "grid": {"alpha": [0.1, 1]},
    "window": {"seconds": 5},
    "span": {"low": 1, "high": 2},
    "key": "k",
}


def test_values_become_arguments() -> None:
    jsonschema.validate(VALUES, everything.schema())
    arguments = everything.validate(VALUES)
    assert arguments["rate"] == 1.0
    assert arguments["color"] is Color.RED
    assert arguments["day"] == date(2026, 1, 2)
    assert arguments["at"] == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert arguments["grid"] == Grid([0.1, 1.0], 1)
    assert arguments["window"] == {"seconds": 5}
    assert arguments["span"] == Range(low=1, high=2)
    assert arguments["key"] == "k"
    assert (arguments["name"], arguments["limit"]) == ("x", None)


def test_mutable_defaults_are_not_shared() -> None:
    everything.validate({"count": 1})["ids"].append(7)
    assert everything.validate({"count": 1})["ids"] == []


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "parameter 'count' is required: add it to the parameters"),
        ({"count": "20"}, "parameter 'count': got \"20\", expected a valid integer"),
        ({"count": 1.5}, "parameter 'count': got 1.5, expected a valid integer"),
        ({"count": True}, "parameter 'count': got true, expected a valid integer"),
        ({"count": None}, "parameter 'count': got null, expected a valid integer"),
        ({"count": 1, "verbose": 1}, "parameter 'verbose': got 1, expected a valid boolean"),
        ({"count": 1, "name": 1}, "parameter 'name': got 1, expected a valid string"),
        ({"count": 1, "mode": "x"}, "parameter 'mode': got \"x\", expected 'fast' or 'slow'"),
        ({"count": 1, "cuont": 1}, "unknown parameter 'cuont': did you mean 'count'?"),
        ({"count": 1, "bounded": 0}, "parameter 'bounded': got 0, expected greater than"),
        (
            {"count": 1, "grid": {"alpha": [1, "x"]}},
            "parameter 'grid.alpha[1]': got \"x\", expected a valid number",
        ),
        ({"count": 1, "grid": {}}, "parameter 'grid.alpha' is required"),
        ({"count": 1, "grid": {"alpha": [], "z": 1}}, "parameter 'grid.z'"),
        (
            {"count": 1, "key": []},
            "parameter 'key': got [], expected a valid integer or a valid string",
        ),
        ({"count": 1, "day": "soon"}, "parameter 'day': got \"soon\", expected a valid date"),
        ({"count": 1, "name": ["x" * 200]}, "…, expected a valid string"),
    ],
)
def test_errors_name_the_parameter_what_was_got_and_expected(
    values: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidParameters) as raised:
        everything.validate(values)
    assert message in str(raised.value)
    assert "parameter_" not in str(raised.value)


def test_all_errors_are_told_at_once() -> None:
    with pytest.raises(InvalidParameters) as raised:
        everything.validate({"count": "a", "rate": "b"})
    assert str(raised.value).count("; ") == 1


@analytics(title="Nightly count")
def described(
    ctx: Context,
    *,
    rows: int = 1,
    grid: Grid | None = None,
    bounded: Annotated[int, Field(description="of the hint")] = 1,
    plain: int = 1,
) -> int:
    """Count rows.

    Args:
        rows: how many
            there are.
        grid: where.
        bounded: of the docstring.
        unknown: there is no such parameter.
    """
    return rows


def test_descriptions_come_from_the_docstring() -> None:
    schema = described.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert (schema["title"], schema["description"]) == ("Nightly count", "Count rows.")
    assert {name: body.get("description") for name, body in schema["properties"].items()} == {
        "rows": "how many there are.",
        "grid": "where.",
        "bounded": "of the hint",
        "plain": None,
    }
    assert "description" not in everything.schema()


def test_the_decorator_takes_arguments_and_keeps_the_function() -> None:
    assert described(local_context(), rows=3) == 3
    assert described.validate({"rows": 2})["rows"] == 2
    with pytest.raises(TypeError, match="must take the context first"):
        analytics(title="x")(no_context)


def test_a_function_without_parameters_says_so() -> None:
    @analytics
    def nothing(ctx: Context) -> None: ...

    assert nothing.schema()["properties"] == {}
    assert nothing.validate({}) == {}
    with pytest.raises(InvalidParameters, match="unknown parameter 'x': nothing takes none"):
        nothing.validate({"x": 1})


def no_context() -> None: ...
def keyword_context(*, ctx: Context) -> None: ...
def variadic(ctx: Context, **options: int) -> None: ...
def positional(ctx: Context, a: int, /) -> None: ...
async def asynchronous(ctx: Context) -> None: ...


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (no_context, "must take the context first"),
        (keyword_context, "must take the context first"),
        (variadic, r"takes \*\*options.*: name each parameter"),
        (positional, "'a' is positional-only"),
        (asynchronous, "is async"),
        (Color, "is for functions"),
    ],
)
def test_functions_that_cannot_be_served(function: Callable[..., Any], complaint: str) -> None:
    with pytest.raises(TypeError, match=complaint):
        analytics(function)


def untyped(ctx: Context, a) -> None: ...  # type: ignore[no-untyped-def]
def unknown(ctx: Context, a: NotImported) -> None: ...  # type: ignore[name-defined] # noqa: F821
def opaque(ctx: Context, a: threading_lock) -> None: ...
def attribute(ctx: Context, a: pytest.Nothing) -> None: ...  # type: ignore[name-defined]
def field(ctx: Context, a: int = Field(3, ge=1)) -> None: ...
def endless(ctx: Context, a: float = math.nan) -> None: ...


class threading_lock:
    pass


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (untyped, "parameter 'a' needs a type hint"),
        (unknown, "type hint cannot be read .*NotImported"),
        (attribute, "type hint cannot be read .*Nothing"),
        (field, r"'a' has a Field as its default.*Annotated\[<type>, Field\(…\)\]"),
        (endless, "default of parameter 'a' is nan, which JSON cannot hold"),
        (opaque, "a parameter's type has no JSON form: .*threading_lock"),
    ],
)
def test_type_hints_that_cannot_be_served(function: Callable[..., Any], complaint: str) -> None:
    with pytest.raises(TypeError, match=complaint):
        analytics(function).schema()


def test_repr_names_the_function() -> None:
    assert isinstance(everything, Analytics)
    assert repr(everything).endswith(":everything>")


BEYOND = 12345678901234567000
"""What is left of 12345678901234567890 when it has been through the API server."""


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"count": BEYOND}, "'count'"),
        ({"count": 1, "ids": [1, -BEYOND]}, "'ids[1]'"),
        ({"count": 1, "key": BEYOND}, "'key'"),
        ({"count": 1, "window": {"seconds": 2**63}}, "'window.seconds'"),
        ({"count": 1, "span": {"low": BEYOND, "high": 2}}, "'span.low'"),
    ],
)
def test_a_number_that_the_api_server_rounds_is_refused(values: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidParameters, match="more than 64 bits") as caught:
        everything.validate(values)
    assert f"parameter {named}" in str(caught.value)


@pytest.mark.parametrize("number", [9007199254740993, 2**63 - 1, -(2**63)])
def test_a_number_of_64_bits_is_exact(number: int) -> None:
    assert everything.validate({"count": number, "ids": [number]})["ids"] == [number]


def test_a_float_may_be_large() -> None:
    """It is as exact as floats are."""
    values = {"count": 1, "rate": BEYOND, "weights": {"a": BEYOND}, "grid": {"alpha": [2**70]}}
    valid = everything.validate(values)
    assert valid["rate"] == float(BEYOND)
    assert valid["grid"].alpha == [float(2**70)]
