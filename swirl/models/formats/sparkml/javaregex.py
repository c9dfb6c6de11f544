"""Java regular expressions as Python ones, for the part of the language where both agree.

Everything outside that part is refused with its name: a tokenizer that differs in one text of a
thousand is worse than a model that says it cannot be served.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache

from swirl.models.errors import ModelLoadError

_LAST_CODE_POINT = 0x10FFFF
_POSIX = {
    "Lower": "a-z",
    "Upper": "A-Z",
    "Alpha": "a-zA-Z",
    "Digit": "0-9",
    "Alnum": "a-zA-Z0-9",
    "Punct": r"!-/:-@\[-`{-~",
    "Graph": "!-~",
    "Print": " -~",
    "Blank": r" \t",
    "Cntrl": r"\x00-\x1f\x7f",
    "XDigit": "0-9a-fA-F",
    "Space": r" \t-\r",
    "ASCII": r"\x00-\x7f",
}
_CATEGORIES = frozenset(
    f"{major}{minor}"
    for major, minors in {"L": "ultmo", "M": "nce", "N": "dlo", "P": "cdseifo", "S": "mcko"}.items()
    for minor in ("", *minors)
) | {"Z", "Zs", "Zl", "Zp"}
_CONTROL = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "a": "\a", "e": "\x1b"}
_LINE_ENDS = r"\n\r\u0085\u2028\u2029"
_COUNT = re.compile(r"\{\d{1,6}(?:,\d{0,6})?\}")


def compile_java(pattern: str) -> re.Pattern[str]:
    """Return the Python pattern that matches exactly what `pattern` matches in Java.

    Groups come back as non-capturing.

    Raises:
        ModelLoadError: it has no exact counterpart, or matches the empty string (Java and Python go
            on differently after one).
    """
    translated = _Translator(pattern).run()
    try:
        compiled = re.compile(translated, re.ASCII)
    except (re.error, OverflowError) as error:
        raise ModelLoadError(f"pattern {pattern!r} has no exact counterpart: {error}") from error
    # Without anchors and look-arounds a match depends on nothing around it, so a pattern that
    # can match nothing at all matches the empty text too.
    if compiled.match(""):
        raise ModelLoadError(f"pattern {pattern!r} can match the empty string")
    return compiled


class _Translator:
    """One pass over a pattern; `at` is the position of the next character."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    def run(self) -> str:
        out: list[str] = []
        while self._at < len(self._pattern):
            char = self._take()
            if char == "\\":
                out.append(self._escape(in_class=False))
            elif char == "[":
                out.append(self._class())
            elif char == "(":
                out.append(self._group())
            elif char == ".":
                out.append(f"[^{_LINE_ENDS}]")
            elif char == "{":
                self._at -= 1
                out.append(self._count())
            elif char in "*+?|)":
                out.append(char)
            elif char in "^$":
                raise self._refuse(f"the anchor {char}")
            else:
                out.append(re.escape(char))
        return "".join(out)

    def _group(self) -> str:
        if self._peek("?:"):
            self._at += 2
        elif self._peek("?"):
            raise self._refuse("a group with a name, a flag or a look-around")
        return "(?:"

    def _count(self) -> str:
        found = _COUNT.match(self._pattern, self._at)
        if not found:
            raise self._refuse("a { that is no repetition")
        self._at = found.end()
        return found.group()

    def _class(self) -> str:
        out = "["
        if self._peek("^"):
            self._take()
            out += "^"
        first = True
        while True:
            if self._at >= len(self._pattern):
                raise self._refuse("a [ without ]")
            char = self._take()
            if char == "]" and not first:
                return out + "]"
            if char in "[]" or (char == "&" and self._peek("&")):
                raise self._refuse("nested, empty or intersected character classes")
            if char == "\\":
                out += self._escape(in_class=True)
            elif char == "-":
                out += self._dash(first)
            else:
                out += re.escape(char) if char != "^" else r"\^"
            first = False

    def _dash(self, first: bool) -> str:
        """A range when it stands between two characters, itself at either end."""
        if first or self._peek("]"):
            return r"\-"
        before = self._pattern[self._at - 3 : self._at - 1]
        if self._peek("[") or (before[:1] == "\\" and before[1:] in "dDwWsSpP}"):
            raise self._refuse("a range that starts or ends with a class")
        return "-"

    def _escape(self, *, in_class: bool) -> str:
        if self._at >= len(self._pattern):
            raise self._refuse("a lone backslash")
        char = self._take()
        if char in "dDwWsS":
            return "\\" + char
        if char in "pP":
            ranges = _property_ranges(self._property_name(), negated=char == "P")
            if ranges is None:
                raise self._refuse("this \\p{...} class")
            return ranges if in_class else f"[{ranges}]"
        if char in _CONTROL:
            return re.escape(_CONTROL[char])
        if char in "xu":
            return re.escape(self._hexadecimal(2 if char == "x" else 4))
        if char.isascii() and char.isalnum():
            # Among them \b: Unicode-aware up to Java 18, ASCII from 19 on.
            raise self._refuse(f"\\{char}")
        return re.escape(char)

    def _property_name(self) -> str:
        if not self._peek("{"):
            return self._take() if self._at < len(self._pattern) else ""
        end = self._pattern.find("}", self._at)
        if end < 0:
            raise self._refuse("\\p{ without }")
        name = self._pattern[self._at + 1 : end]
        self._at = end + 1
        return name

    def _hexadecimal(self, digits: int) -> str:
        text = self._pattern[self._at : self._at + digits]
        if len(text) != digits or any(digit not in "0123456789abcdefABCDEF" for digit in text):
            raise self._refuse("this hexadecimal escape")
        self._at += digits
        code = int(text, 16)
        if 0xD800 <= code <= 0xDFFF:
            raise self._refuse("surrogates written as escapes")
        return chr(code)

    def _peek(self, text: str) -> bool:
        return self._pattern.startswith(text, self._at)

    def _take(self) -> str:
        char = self._pattern[self._at]
        self._at += 1
        return char

    def _refuse(self, what: str) -> ModelLoadError:
        return ModelLoadError(
            f"pattern {self._pattern!r}: {what} (near position {self._at}) has no exact "
            "counterpart outside Java"
        )


@cache
def _property_ranges(name: str, *, negated: bool) -> str | None:
    r"""What `\p{name}` stands for, fit for use inside brackets; None for unknown names."""
    if name in _POSIX:
        if not negated:
            return _POSIX[name]
        inside = re.compile(f"[{_POSIX[name]}]")
        return _ranges(lambda char: not inside.match(char))
    if name in _CATEGORIES:
        return _ranges(lambda char: unicodedata.category(char).startswith(name) != negated)
    return None


def _ranges(belongs: Callable[[str], bool]) -> str:
    parts: list[str] = []
    start: int | None = None
    for code in range(_LAST_CODE_POINT + 2):
        if code <= _LAST_CODE_POINT and belongs(chr(code)):
            start = code if start is None else start
        elif start is not None:
            parts.append(f"\\U{start:08x}-\\U{code - 1:08x}")
            start = None
    return "".join(parts)
