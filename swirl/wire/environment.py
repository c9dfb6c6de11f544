"""Environments of containers as dataclasses: the same class writes one and reads it.

A field names its variable, `port: int = field(default=8080, metadata=variable("SWIRL_PORT", …))`.
A reader says everything that is wrong at once, so that a container's owner corrects it once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, Self

_KEY = "swirl.environment"


class InvalidEnvironment(ValueError):
    """Variables are missing or cannot be read; the message has one clause for each."""


@dataclasses.dataclass(frozen=True, slots=True)
class Variable:
    """How a field stands in the environment.

    Attributes:
        name: of the variable.
        read: turns its text into the field's value; raises ValueError with a clause that goes on
            after the variable's name, such as `must be a number, not 'x'`.
        write: the way back.
        field_ref: path in the Pod from which Kubernetes fills it in; never written by us.
        expands: the text holds `$(NAME)` on purpose, so `$` in it must not be escaped.
    """

    name: str
    read: Callable[[str], Any] = str
    write: Callable[[Any], str] = str
    field_ref: str | None = None
    expands: bool = False


def variable(
    name: str,
    *,
    read: Callable[[str], Any] = str,
    write: Callable[[Any], str] = str,
    field_ref: str | None = None,
    expands: bool = False,
) -> dict[str, Variable]:
    """Return the metadata of a field that stands in the variable `name`; see `Variable`."""
    return {_KEY: Variable(name, read, write, field_ref, expands)}


def group(kind: type[Environment]) -> dict[str, type[Environment]]:
    """Return the metadata of a field that is an Environment itself.

    One whose default is None is None where none of its variables is set.
    """
    return {_KEY: kind}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Base of the environments; an empty variable counts as one that is not set."""

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Self:
        """Read the environment.

        Raises:
            InvalidEnvironment: naming every variable that is missing or wrong.
        """
        problems: list[str] = []
        values = _read(cls, environ, problems)
        if problems:
            raise InvalidEnvironment("; ".join(problems))
        return cls(**values)

    def variables(self) -> dict[str, str]:
        """Return what has to be written: all but None and what Kubernetes fills in."""
        found: dict[str, str] = {}
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            place = field.metadata.get(_KEY)
            if isinstance(value, Environment):
                found |= value.variables()
            elif isinstance(place, Variable) and place.field_ref is None and value is not None:
                found[place.name] = place.write(value)
        return found

    @classmethod
    def described(cls) -> dict[str, Variable]:
        """Return every variable by its name, those of groups included."""
        found: dict[str, Variable] = {}
        for field in dataclasses.fields(cls):
            place = field.metadata.get(_KEY)
            if isinstance(place, Variable):
                found[place.name] = place
            elif place is not None:
                found |= place.described()
        return found


def _read(
    cls: type[Environment], environ: Mapping[str, str], problems: list[str]
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field in dataclasses.fields(cls):
        place = field.metadata.get(_KEY)
        if isinstance(place, Variable):
            text = environ.get(place.name, "").strip()
            if text:
                try:
                    values[field.name] = place.read(text)
                except ValueError as error:
                    problems.append(f"{place.name} {error}")
            elif _is_required(field):
                problems.append(f"{place.name} is not set")
        elif place is not None:
            absent = not any(environ.get(name, "").strip() for name in place.described())
            if absent and field.default is None:
                continue
            before = len(problems)
            inner = _read(place, environ, problems)
            if len(problems) == before:
                try:
                    values[field.name] = place(**inner)
                except InvalidEnvironment as error:
                    problems.append(str(error))
    return values


def _is_required(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def one_of(*allowed: str) -> Callable[[str], str]:
    """Return what reads one of these words, and raises ValueError for any other."""

    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}, not {text!r}")
        return text

    return read


def port(text: str) -> int:
    """Read a port; 0 lets the system choose one.

    Raises:
        ValueError: it is no number from 0 to 65535.
    """
    if not text.isdecimal() or int(text) > 65535:
        raise ValueError(f"must be a number from 0 to 65535, not {text!r}")
    return int(text)


def seconds(text: str) -> float:
    """Read a time span.

    Raises:
        ValueError: it is no number from 0 to 86400.
    """
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 86400:
        raise ValueError(f"must be a number of seconds from 0 to 86400, not {text!r}")
    return value
