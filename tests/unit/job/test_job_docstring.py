from __future__ import annotations

from swirl.job.docstring import Documentation, documentation


def full(ctx, *, source, rows, limit, plain, undescribed):  # type: ignore[no-untyped-def]
    """Count rows.

    Of one day: the newest.

    Args:
        ctx: the context.
        source (str): where the rows are;
            a folder, or a file.

            Written as a URI: `file:///…`.
        rows: how many.
        **limit: at most so many.
        undescribed:

    Returns:
        rows: not a parameter.

    Raises:
        ValueError: there are none.
    """


def test_a_whole_docstring() -> None:
    assert documentation(full) == Documentation(
        "Count rows.\n\nOf one day: the newest.",
        {
            "ctx": "the context.",
            "source": "where the rows are; a folder, or a file. Written as a URI: `file:///…`.",
            "rows": "how many.",
            "limit": "at most so many.",
        },
    )


def none(ctx):  # type: ignore[no-untyped-def]
    pass


def short(ctx):  # type: ignore[no-untyped-def]
    """Count: all of them."""


def test_docstrings_with_less() -> None:
    assert documentation(none) == Documentation()
    assert documentation(short) == Documentation("Count: all of them.")
