from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from swirl.wire.environment import (
    Environment,
    InvalidEnvironment,
    group,
    port,
    seconds,
    variable,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner(Environment):
    host: str = field(metadata=variable("T_HOST"))
    port: int = field(default=80, metadata=variable("T_PORT", read=port))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outer(Environment):
    name: str = field(metadata=variable("T_NAME"))
    pod: str | None = field(default=None, metadata=variable("T_POD", field_ref="metadata.name"))
    inner: Inner | None = field(default=None, metadata=group(Inner))


def test_what_is_written_is_read() -> None:
    whole = Outer(name="a", inner=Inner(host="h", port=1))
    assert whole.variables() == {"T_NAME": "a", "T_HOST": "h", "T_PORT": "1"}
    assert Outer.read(whole.variables()) == whole
    assert Outer.read({"T_NAME": "a"}) == Outer(name="a")


def test_what_kubernetes_fills_in_is_read_and_not_written() -> None:
    assert Outer.read({"T_NAME": "a", "T_POD": "p"}).pod == "p"
    assert "T_POD" not in Outer(name="a", pod="p").variables()
    assert Outer.described()["T_POD"].field_ref == "metadata.name"


def test_empty_is_not_set() -> None:
    assert Outer.read({"T_NAME": "a", "T_HOST": " "}).inner is None


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(InvalidEnvironment) as caught:
        Outer.read({"T_PORT": "http"})
    assert str(caught.value) == (
        "T_NAME is not set; T_HOST is not set; T_PORT must be a number from 0 to 65535, not 'http'"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair(Environment):
    first: str = field(metadata=variable("T_FIRST"))
    second: str = field(metadata=variable("T_SECOND"))

    def __post_init__(self) -> None:
        if self.first != self.second:
            raise InvalidEnvironment("T_FIRST and T_SECOND go together")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired(Environment):
    name: str = field(metadata=variable("T_NAME"))
    pair: Pair | None = field(default=None, metadata=group(Pair))
    port: int = field(default=80, metadata=variable("T_PORT", read=port))


def test_a_group_that_contradicts_itself_hides_nothing_else() -> None:
    with pytest.raises(InvalidEnvironment) as caught:
        Paired.read({"T_FIRST": "a", "T_SECOND": "b", "T_PORT": "http"})
    assert str(caught.value) == (
        "T_NAME is not set; T_FIRST and T_SECOND go together; "
        "T_PORT must be a number from 0 to 65535, not 'http'"
    )


@pytest.mark.parametrize("text", ["x", "-1", "65536", "1.5", "²"])
def test_no_port(text: str) -> None:
    with pytest.raises(ValueError, match="must be a number"):
        port(text)


@pytest.mark.parametrize("text", ["x", "-1", "86401", "nan"])
def test_no_time_span(text: str) -> None:
    with pytest.raises(ValueError, match="must be a number of seconds"):
        seconds(text)
