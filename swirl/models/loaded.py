"""A model in memory that answers rows, whatever its format: what servers know of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """What the loading half of a format returns.

    Attributes:
        score: takes the signature's inputs by name, each already checked and null where it is
            missing; returns the signature's outputs by name, in its order, as JSON has them. Raises
            `RowError` for a row that cannot be scored.
        labels: the texts that an output can be, by its name, if they are known beforehand.
        classes: how many classes an output counts, by its name, if its values are class numbers.
    """

    score: Callable[[Mapping[str, Any]], dict[str, Any]]
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    classes: Mapping[str, int] = field(default_factory=dict)
