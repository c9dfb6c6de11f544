"""Kubernetes quantities of memory, as far as the kinds allow them (`Mi` and `Gi`)."""

from __future__ import annotations


def mebibytes(quantity: str) -> int:
    """MiB in `700Mi` or `2Gi`.

    Raises:
        ValueError: the quantity is in another unit.
    """
    if quantity.endswith("Gi"):
        return int(quantity[:-2]) * 1024
    if quantity.endswith("Mi"):
        return int(quantity[:-2])
    raise ValueError(f"memory {quantity!r} must end in Mi or Gi")
