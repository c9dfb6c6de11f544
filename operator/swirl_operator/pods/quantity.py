"""Kubernetes quantities, such as `500m`, `1.5Gi` and `2e3`. Pure and exact."""

from __future__ import annotations

import math
import re
from decimal import Decimal

_QUANTITY = re.compile(
    r"([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,3})?"
)
_MEBIBYTE = Decimal(2**20)


def amount(quantity: str | int | float) -> Decimal:
    """The number that a quantity stands for.

    Raises:
        ValueError: it is none.
    """
    found = _QUANTITY.fullmatch(str(quantity))
    if found is None:
        raise ValueError(f"{quantity!r} is no quantity: write 500m, 2, 1.5Gi or 2G")
    number, suffix = found.groups()
    return Decimal(number) * _factor(suffix or "")


def mebibytes(quantity: str | int | float) -> int:
    """Whole MiB in an amount of memory, rounded up as Kubernetes rounds; `2Gi` is 2048.

    Raises:
        ValueError: it is no quantity.
    """
    return math.ceil(amount(quantity) / _MEBIBYTE)


def canonical(quantity: str | int | float) -> str:
    """One text for all that mean the same: of `1Gi`, `1024Mi` and `1073741824` the last."""
    return format(amount(quantity).normalize(), "f")


def _factor(suffix: str) -> Decimal:
    if suffix[:1] in ("e", "E") and len(suffix) > 1 and suffix != "Ei":
        return Decimal(10) ** int(suffix[1:])
    if suffix.endswith("i"):
        return Decimal(1024) ** ("KMGTPE".index(suffix[0]) + 1)
    if suffix in ("n", "u", "m"):
        return Decimal(10) ** (-3 * (3 - "num".index(suffix)))
    if suffix:
        return Decimal(1000) ** ("kMGTPE".index(suffix) + 1)
    return Decimal(1)
