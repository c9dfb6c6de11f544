"""What the chart offers to the namespaces that analytics run in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The same for every namespace.

    Attributes:
        listed: namespaces that the chart itself makes ready; only the copies are left to do there.
        objects: what a namespace with the label gets. Empty where labels count for nothing.
        secrets: names of the Secrets that are copied to both.
        source: the namespace that they are copied from, the operator's own.
    """

    listed: tuple[str, ...] = ()
    objects: tuple[Mapping[str, Any], ...] = ()
    secrets: tuple[str, ...] = ()
    source: str

    def __bool__(self) -> bool:
        """Whether there is anything to do in any namespace."""
        return bool(self.objects or self.secrets)
