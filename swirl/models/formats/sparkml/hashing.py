"""MurmurHash3 (x86, 32 bit) as Spark applies it to strings: seed 42, signed result."""

from __future__ import annotations

import mmh3

SPARK_SEED = 42


def bucket(term: str, buckets: int) -> int:
    """Return the slot of a term among `buckets`."""
    # Python's modulo of a negative number is already the non-negative one.
    return mmh3.hash(term, SPARK_SEED) % buckets
