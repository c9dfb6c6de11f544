"""Says in one line what error of Python a function ended with, and where in the user's own code."""

from __future__ import annotations

from swirl.job.failure.place import place_of
from swirl.job.failure.words import one_line


def describe(error: BaseException) -> str:
    """Return one line such as `ValueError at ads/train.py:41: no rows`.

    The place is the innermost line of the user's own code, not of a library.
    """
    return named(type(error).__name__, place_of(error.__traceback__), one_line(text_of(error)))


def named(kind: str, place: str | None, text: str) -> str:
    """Return an error's kind, place and text as one line; place and text may be missing."""
    head = f"{kind} at {place}" if place else kind
    if not kind:
        head = f"at {place}" if place else ""
    return ": ".join(part for part in (head, text) if part)


def text_of(error: BaseException) -> str:
    """Return `str(error)`, of an error that cannot say it a note of that."""
    try:
        return str(error)
    except BaseException as another:  # its class may do anything; the error is told
        return f"(its text cannot be read: {type(another).__name__})"


def notes_of(error: BaseException) -> str:
    """Return what was added to the error by `add_note`, as the end of a sentence."""
    notes = getattr(error, "__notes__", ())
    said = [one_line(note) for note in notes if isinstance(note, str)] if notes else []
    return "".join(f"; {note}" for note in said if note)
