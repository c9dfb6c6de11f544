"""What Spark and Hadoop add to their messages for machines, and a sentence does without."""

from __future__ import annotations

import re

# What follows such a line is a plan, a query or a stack, not the message.
_TAIL = re.compile(
    r"^(?:== (?:SQL|DataFrame)\b.*|=== Streaming Query ===|JVM stacktrace:|Driver stacktrace:)",
    re.MULTILINE,
)
# Of a plan the first line is an operator, and those below it hang on branches.
_PLAN = re.compile(r";[ \t]*\n(?:['~+:!]|\w+ ?[\[(]|\w+\s*\Z|[^\n]*\n\s*[+:]- ).*", re.DOTALL)
_FRAMES = re.compile(r"^\s+(?:at [\w.$/<>@-]+\(.*\)|\.\.\. \d+ more)$.*", re.MULTILINE | re.DOTALL)
_SQLSTATE = re.compile(r"\s*SQLSTATE: \w{5}\b;?")
_UNDERLINED = re.compile(r"^== SQL.*==\n((?:.*\n)*?)^([-\s]*)(\^+)\s*$", re.MULTILINE)
_LAMBDA = re.compile(r"\$\$Lambda\$?[\w/]*")
_STATUS = re.compile(r"Failure executing: \w+ at: \S+\. (?:Message: )?(.*?)\.? Received status: .*")
_QUERY = re.compile(r"\[STREAM_FAILED\] Query .*? terminated with exception: ", re.DOTALL)
_EXCEPTION = re.compile(r"\b(?:[a-z][\w]*\.)+([A-Z][\w$]*(?:Exception|Error))\b")
_LONGEST_QUERY = 80
_READ = 8_000
"""Characters of a message that are looked into: Spark puts whole plans and queries into it."""


def one_line(text: str) -> str:
    """Return the text with every white space as one blank."""
    return " ".join(text.split())


def simple(kind: str) -> str:
    """Return a class's name without its package."""
    return kind.rpartition(".")[2].rpartition("$")[2]


def plain(message: str) -> str:
    """Return what a message of the JVM says, in one line.

    Stack frames, plans and SQLSTATE are gone; of the query, what it complains of is kept.
    """
    message = message[:_READ]
    query = _complained_of(message)
    text = _TAIL.split(message, maxsplit=1)[0]
    text = _PLAN.sub("", _FRAMES.sub("", text))
    text = one_line(_QUERY.sub("", _SQLSTATE.sub("", text)))
    text = _STATUS.sub(r"\1", text)
    text = _EXCEPTION.sub(r"\1", _LAMBDA.sub("", text)).rstrip(" ;")
    text = text.removesuffix(".") if text.endswith("..") and text[-3:] != "..." else text
    return f"{text} (in {query})" if text and query else text


def shorten(text: str, room: int) -> str:
    """Return at most `room` characters of the text, ending between two words if these are short."""
    if len(text) <= room:
        return text
    cut = text[: room - 1]
    whole = cut.rpartition(" ")[0]
    return (whole if len(whole) >= room // 2 else cut).rstrip(" ,;:") + "…"


def _complained_of(message: str) -> str | None:
    """The part of the query that Spark underlines, if that is short."""
    found = _UNDERLINED.search(message)
    if found is None or not found[1].strip():
        return None
    line = found[1].rstrip("\n").rpartition("\n")[2]
    start = len(found[2])
    # A parser points to where it stopped; what is before that is of use as well.
    part = line if "-" in found[2] or len(found[3]) <= 3 else line[start : start + len(found[3])]
    part = part.strip()
    return part if 0 < len(part) <= _LONGEST_QUERY else None
