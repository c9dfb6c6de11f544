"""Java's string methods where they differ from Python's, since Spark runs on Java's."""

from __future__ import annotations

import math
import re
import unicodedata
from ctypes import c_float
from decimal import Decimal

_CAPITAL_SIGMA = "\u03a3"
_WHITESPACE = re.compile(r"\s", re.ASCII)


def lower(text: str) -> str:
    """`String.toLowerCase` in the root locale.

    Equal to `str.lower` but for the Greek capital sigma, whose lower case depends on where words
    end: Python asks Unicode's rule, Java its own word breaks. Both know the case pairs of their
    own Unicode version only (Java 17: 13, Java 21: 15, Python 3.11: 14).
    """
    if _CAPITAL_SIGMA not in text:
        return text.lower()
    pieces: list[str] = []
    start = 0
    for index, char in enumerate(text):
        if char == _CAPITAL_SIGMA:
            pieces.append(text[start:index].lower())
            pieces.append("\u03c2" if _ends_word(text, index) else "\u03c3")
            start = index + 1
    pieces.append(text[start:].lower())
    return "".join(pieces)


def split_whitespace(text: str) -> list[str]:
    r"""`text.split("\\s")`: every single whitespace separates, empty strings at the end go."""
    return split(_WHITESPACE, text)


def split(pattern: re.Pattern[str], text: str) -> list[str]:
    """`Pattern.split`, for patterns without groups that cannot match the empty string."""
    parts = pattern.split(text)
    if len(parts) > 1:
        while parts and not parts[-1]:
            parts.pop()
    return parts


def utf16_length(text: str) -> int:
    """`String.length`: characters beyond the basic plane count twice."""
    return len(text) + sum(char > "\uffff" for char in text)


def double_text(value: float) -> str:
    """`Double.toString`, which is how Spark casts a double to a string.

    As Java writes it since 19, with the fewest digits that tell the value from its neighbours;
    before, Java wrote one more of some very large and very small ones, as 2.0E23.
    """
    return _java(value, repr(abs(value)))


def float_text(value: float) -> str:
    """`Float.toString` of a value of 32 bits."""
    if math.isfinite(value):
        for digits in range(1, 10):
            text = f"{abs(value):.{digits}g}"
            if c_float(float(text)).value == abs(value):
                return _java(value, text)
    return _java(value, repr(abs(value)))


def _java(value: float, shortest: str) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    sign = "-" if math.copysign(1.0, value) < 0 else ""
    number = Decimal(shortest)
    if value == 0.0 or 1e-3 <= abs(value) < 1e7:
        plain = f"{number:f}"
        return sign + (plain if "." in plain else f"{plain}.0")
    digits = "".join(map(str, number.as_tuple().digits)).rstrip("0")
    return f"{sign}{digits[0]}.{digits[1:] or '0'}E{number.adjusted()}"


def _ends_word(text: str, index: int) -> bool:
    """Whether the sigma at `index` closes a word: a cased letter before it, none after it."""
    return _cased_in_word(text, index, -1) and not _cased_in_word(text, index, 1)


def _cased_in_word(text: str, index: int, direction: int) -> bool:
    """Whether a cased letter stands in the same word, on that side of `index`."""
    at = index + direction
    while 0 <= at < len(text):
        category = unicodedata.category(text[at])
        if category in _JOINING or text[at] in _JOINERS:
            if not _joins(text, at):
                return False
        elif category not in _IGNORED and not _in_word(text[at], category):
            return False
        if _is_cased(text[at], category):
            return True
        at += direction
    return False


def _joins(text: str, at: int) -> bool:
    """Whether the punctuation at `at` keeps letters together: a letter on both sides of it.

    A combining mark belongs to the letter before it; between punctuation and letter it separates.
    """
    before = at - 1
    while before >= 0 and unicodedata.category(text[before]) in _IGNORED:
        before -= 1
    return before >= 0 and _is_letter(text[before]) and _is_letter(text[at + 1 : at + 2])


def _in_word(char: str, category: str) -> bool:
    return category in _NUMBERS or _is_letter(char)


def _is_letter(char: str) -> bool:
    """Ideographs and kana are words of their own."""
    return bool(char) and unicodedata.category(char) in _LETTERS and not _IDEOGRAPH.match(char)


def _is_cased(char: str, category: str) -> bool:
    return category in ("Lu", "Ll", "Lt") or _CASED_BY_LIST.match(char) is not None


_LETTERS = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mc"})
_NUMBERS = frozenset({"Nd", "Nl", "No"})
_IGNORED = frozenset({"Mn", "Me", "Cf"})
_JOINING = frozenset({"Pd", "Pc"})
_JOINERS = frozenset("'\".\u00ad\u2027")
_IDEOGRAPH = re.compile(r"[\u3005\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_CASED_BY_LIST = re.compile(
    r"[\u02b0-\u02b8\u02c0-\u02c1\u02e0-\u02e4\u0345\u037a\u1d2c-\u1d61\u2160-\u217f]"
)
