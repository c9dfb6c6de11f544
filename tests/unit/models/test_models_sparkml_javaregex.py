"""The part of Java's regular expressions that is served, and what is refused."""

from __future__ import annotations

import pytest

from swirl.models.errors import ModelLoadError
from swirl.models.formats.sparkml.javaregex import compile_java
from swirl.models.formats.sparkml.javatext import split


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (r"\w+", "aé_1 ß", ["a", "_1"]),
        (r"\d", "1\u0662", ["1"]),
        (r"\s", "a\u2003\u00a0\x0b", ["\x0b"]),
        (r".", "a\u2028\u0085\rb", ["a", "b"]),
        (r"\p{Punct}", "a+§^", ["+", "^"]),
        (r"\p{L}+", "aé日1", ["aé日"]),
        (r"\pL", "1é", ["é"]),
        (r"[^\p{Lu}x-z-]", "AÉxy-a", ["a"]),
        (r"\P{Digit}+", "12é3", ["é"]),
        (r"(ab)+c", "ababc", ["ababc"]),
        (r"a{2,3}?", "aaaa", ["aa", "aa"]),
        (r"a++b", "aab", ["aab"]),
        (r"\u00e9|\x41|\t", "éA\t", ["é", "A", "\t"]),
        (r"[a\-c]", "a-bc", ["a", "-", "c"]),
        (r"]|}", "]}", ["]", "}"]),
    ],
)
def test_same_as_java(pattern: str, text: str, found: list[str]) -> None:
    assert compile_java(pattern).findall(text) == found


@pytest.mark.parametrize(
    "pattern",
    [
        r"\bword",
        r"^a",
        r"a$",
        r"(?i)a",
        r"(?<name>a)",
        r"(?=a)",
        r"(a)\1",
        r"[a-z&&[^b]]",
        r"[a[b]]",
        r"\Qa\E",
        r"\p{IsGreek}",
        r"\R",
        r"\h",
        r"[a",
        r"[]",
        r"[\d-z]",
        "a\\",
        r"\p{L",
        r"\ud83d",
        r"\x4",
        r"{a",
        r"(a",
        r"a*",
        r"|a",
    ],
)
def test_refused(pattern: str) -> None:
    with pytest.raises(ModelLoadError, match="pattern"):
        compile_java(pattern)


def test_split_drops_trailing_empty_strings_only() -> None:
    comma = compile_java(",")
    assert split(comma, ",a,,b,,") == ["", "a", "", "b"]
    assert split(comma, "") == [""]
    assert split(comma, ",,") == []
