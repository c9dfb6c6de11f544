"""How much one request may ask for. A single process answers all callers in turn."""

from __future__ import annotations

from swirl.scorer.errors import InputError

MAX_BODY = 8 * 1024 * 1024
MAX_ROWS = 1000

LARGE_BODY = 64 * 1024
"""Bodies beyond this are scored in a thread of their own, or one of them would keep all callers and
both probes waiting for as long as it takes."""


def check_row_count(count: int) -> None:
    """Check that a request does not hold too many rows.

    Raises:
        InputError: it does.
    """
    if count > MAX_ROWS:
        raise InputError(f"{count} rows in one request; at most {MAX_ROWS} are allowed")
