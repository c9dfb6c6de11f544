"""What the JVM printed of an error that PySpark or py4j raises in Python."""

from __future__ import annotations

from swirl.job.failure.python import text_of

# The second is of calls that py4j itself cannot make.
_PY4J = ("Py4JJavaError", "Py4JError")


def printed(error: BaseException) -> str | None:
    """Return the printed throwable; None if the error is Python's own."""
    # PySpark keeps it, and shows it with the error only where a setting wants it.
    kept = getattr(error, "_stackTrace", None)
    if isinstance(kept, str) and kept:
        return kept
    return text_of(error) if type(error).__name__ in _PY4J else None


def name_of(error: BaseException) -> str | None:
    """Return what PySpark calls the error; None if only the JVM has a name for it."""
    name = type(error).__name__
    return None if name in _PY4J else name
