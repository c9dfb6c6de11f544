"""MurmurHash3 (x86, 32 bit) as Spark applies it to strings: seed 42, signed result."""

from __future__ import annotations

SPARK_SEED = 42
_MASK = 0xFFFFFFFF


def murmur3(data: bytes, seed: int = SPARK_SEED) -> int:
    """The hash of `data` as a signed 32-bit integer."""
    h = seed
    length = len(data)
    tail = length & ~3
    for offset in range(0, tail, 4):
        h ^= _scramble(int.from_bytes(data[offset : offset + 4], "little"))
        h = ((h << 13) | (h >> 19)) & _MASK
        h = (h * 5 + 0xE6546B64) & _MASK
    if tail != length:
        h ^= _scramble(int.from_bytes(data[tail:], "little"))
    h ^= length
    h ^= h >> 16
    h = (h * 0x85EBCA6B) & _MASK
    h ^= h >> 13
    h = (h * 0xC2B2AE35) & _MASK
    h ^= h >> 16
    return h - (1 << 32) if h & 0x80000000 else h


def _scramble(k: int) -> int:
    k = (k * 0xCC9E2D51) & _MASK
    k = ((k << 15) | (k >> 17)) & _MASK
    return (k * 0x1B873593) & _MASK


def bucket(term: str, buckets: int) -> int:
    """The slot of a term among `buckets`; Python's modulo is already the non-negative one."""
    return murmur3(term.encode("utf-8")) % buckets
