from __future__ import annotations

import json
from typing import Any

import pytest

from swirl.wire.executors import REFUSAL_CHARACTERS, Executors


@pytest.mark.parametrize("said", [Executors(2), Executors(1, "exceeded quota: team")])
def test_both_ends_agree(said: Executors) -> None:
    assert Executors.read(said.to_json()) == said


def test_a_long_refusal_is_cut() -> None:
    found = Executors.read(Executors(1, "x" * 9000).to_json())
    assert found == Executors(1, "x" * REFUSAL_CHARACTERS)


@pytest.mark.parametrize(
    "value", [None, "", "two", [], {}, {"wanted": "2"}, {"wanted": -1}, {"wanted": True}, "[" * 9]
)
def test_what_is_none_is_none(value: Any) -> None:
    text = value if isinstance(value, str) or value is None else json.dumps(value)
    assert Executors.read(text) is None
