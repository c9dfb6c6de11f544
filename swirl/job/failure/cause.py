"""Picks out of a chain of exceptions what it was caused by, and says it in one sentence. Pure."""

from __future__ import annotations

import re

from swirl.job.failure.throwable import Throwable, Trace
from swirl.job.failure.words import plain, shorten, simple

# These say that something failed, and the exception below them says what.
_WRAPPERS = re.compile(
    r"(?:Exception thrown in awaitResult:?|External scheduler cannot be instantiated|Job aborted\.?"
    r"|Writing job aborted\.?|Task failed while writing rows\.?|\[WRITING_JOB_ABORTED\].*"
    r"|Failed to create new Kafka\w+|Failed to construct kafka \w+"
    r"|\[FOREACH_BATCH_USER_FUNCTION_ERROR\].*|Boxed (?:Exception|Error))"
)
_LONGEST_HEAD = 520
_LONGEST_LINK = 300
_ROOM = 880


def links_of(trace: Trace) -> list[Throwable]:
    """Return those of the chain that say something, in one line each, outermost first."""
    said = [Throwable(link.kind, plain(link.message)) for link in trace.chain]
    kept: list[Throwable] = []
    for number, link in enumerate(said):
        below = said[number + 1 :]
        if below and (_is_wrapper(link) or any(_repeats(link, other) for other in below)):
            continue
        if kept and (not link.message or any(link.message in above.message for above in kept)):
            continue
        kept.append(link)
    return kept or said[-1:]


def sentence(links: list[Throwable], kind: str | None, place: str | None) -> str:
    """Return the first link, and what it was caused by as far as there is room.

    Args:
        links: at least one.
        kind: what Python calls the first link's class; None for what the JVM does.
        place: in the user's own code.
    """
    first, *others = links
    name = simple(first.kind) if kind is None else kind
    head = f"{name} at {place}" if place else name
    text = shorten(first.message, _LONGEST_HEAD)
    parts = [": ".join(part for part in (head, text) if part)]
    causes = [_as_cause(link) for link in others]
    # The last is where it began; those between give way to it.
    between, last = causes[:-1], causes[-1:]
    if others:
        parts[0] = parts[0].rstrip(".")
    used = len(parts[0]) + sum(map(len, last))
    for cause in between:
        if used + len(cause) <= _ROOM:
            parts.append(cause)
            used += len(cause)
    return "".join(parts + last)


def _as_cause(link: Throwable) -> str:
    text = ": ".join(part for part in (simple(link.kind), link.message) if part)
    return f"; caused by {shorten(text, _LONGEST_LINK).rstrip('.')}"


def _is_wrapper(link: Throwable) -> bool:
    return not link.message or _WRAPPERS.fullmatch(link.message) is not None


def _repeats(link: Throwable, cause: Throwable) -> bool:
    """Whether the link says no more than its cause."""
    if not cause.message:
        return link.message in (cause.kind, simple(cause.kind))
    return link.message in (cause.message, f"{simple(cause.kind)}: {cause.message}")
