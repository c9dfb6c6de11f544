"""The `analytics` decorator: marks a function as something an AnalyticsJob can run."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, Generic, ParamSpec, TypeVar, overload

from swirl.job.docstring import documentation
from swirl.job.parameters import ParameterModel

P = ParamSpec("P")
R = TypeVar("R")


class Analytics(Generic[P, R]):
    """An analytics function; calling it calls the function itself, as in a unit test.

    Attributes:
        function: as it was written.
        title: what people read in place of the function's name.
    """

    def __init__(self, function: Callable[P, R], *, title: str | None = None) -> None:
        _check_signature(function)
        self.function = function
        self.title = title or function.__name__
        functools.update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<analytics {_where(self.function)}>"

    @functools.cached_property
    def parameters(self) -> ParameterModel:
        """The function's parameters, read from its type hints.

        Raises:
            TypeError: a type hint is missing, unknown or has no JSON form.
        """
        return ParameterModel(self.function)

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema (draft 2020-12) of the parameters.

        The docstring says what the function and, under `Args:`, what each parameter is for. A
        description that stands in a type hint, as `Annotated[int, Field(description=…)]`, wins.
        """
        said = documentation(self.function)
        schema: dict[str, Any] = {**self.parameters.schema(), "title": self.title}
        if said.text:
            schema["description"] = said.text
        for name, body in schema.get("properties", {}).items():
            if name in said.parameters:
                body.setdefault("description", said.parameters[name])
        return schema

    def validate(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return JSON values as the function's keyword arguments.

        Raises:
            InvalidParameters: naming each parameter, what was got and what is expected.
        """
        return self.parameters.validate(values)


@overload
def analytics(function: Callable[P, R], /) -> Analytics[P, R]: ...


@overload
def analytics(*, title: str | None = None) -> Callable[[Callable[P, R]], Analytics[P, R]]: ...


def analytics(
    function: Callable[P, R] | None = None, /, *, title: str | None = None
) -> Analytics[P, R] | Callable[[Callable[P, R]], Analytics[P, R]]:
    """Make a function something an AnalyticsJob can run.

    The first parameter receives the `Context`; all others are the job's parameters and need type
    hints, from which their JSON Schema follows; their descriptions come from
    the docstring, from what it says under `Args:`::

        @analytics
        def train(ctx: Context, *, max_iter: int = 20) -> dict[str, float]:
            \"\"\"Learn what people feel.\"\"\"

        @analytics(title="Nightly training")
        def train(ctx: Context) -> None: ...

    Args:
        function: what to run.
        title: what people read in place of the function's name.

    Raises:
        TypeError: the function takes no context, or takes `*args` or `**kwargs`.
    """
    if function is None:
        return functools.partial(Analytics, title=title)
    return Analytics(function)


def _check_signature(function: Callable[..., Any]) -> None:
    if not inspect.isfunction(function):
        raise TypeError(f"@analytics is for functions, got {function!r}")
    if inspect.iscoroutinefunction(function):
        raise TypeError(f"{_where(function)} is async: write it as a plain function")
    parameters = list(inspect.signature(function).parameters.values())
    if not parameters or parameters[0].kind is inspect.Parameter.KEYWORD_ONLY:
        raise TypeError(
            f"{_where(function)} must take the context first: "
            f"def {function.__name__}(ctx: Context, *, …)"
        )
    for parameter in parameters:
        if parameter.kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD):
            raise TypeError(
                f"{_where(function)} takes {parameter}: name each parameter with a type hint, "
                "so that callers know what to send"
            )
    for parameter in parameters[1:]:
        if parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
            raise TypeError(f"{_where(function)}: parameter {parameter.name!r} is positional-only")


def _where(function: Callable[..., Any]) -> str:
    return f"{function.__module__}:{function.__qualname__}"
