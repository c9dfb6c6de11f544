from __future__ import annotations

import pytest

from devtools.references import Reference, chart_values

_DIGEST = "sha256:" + "ab" * 32


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("localhost/swirl/operator:1", ("localhost", "swirl/operator", "1", "")),
        ("registry.example:5000/a/b/c:2", ("registry.example:5000", "a/b/c", "2", "")),
        ("registry.example:5000/a", ("registry.example:5000", "a", "", "")),
        ("swirl/operator:1", ("docker.io", "swirl/operator", "1", "")),
        ("operator", ("docker.io", "operator", "", "")),
        (f"r.example/a@{_DIGEST}", ("r.example", "a", "", _DIGEST)),
        (f"r.example/a:1@{_DIGEST}", ("r.example", "a", "1", _DIGEST)),
    ],
)
def test_references_have_parts(name: str, parts: tuple[str, str, str, str]) -> None:
    assert Reference.parse(name) == Reference(*parts)


def test_references_of_the_chart_are_those_that_it_starts() -> None:
    told = chart_values({"operator": "r.example/x:1", "spark": "r.example/spark:1"})
    parts = {"registry": "r.example", "repository": "x", "tag": "1", "digest": ""}
    assert told == {"operator": {"image": parts}}
