"""What tells a job's version from the one before it."""

from __future__ import annotations

from swirl.wire.change import Aspect
from swirl_operator.runtime.interface import Object

_CODE = ("image", "entryPoint")


def aspect_changed(before: Object | None, after: Object) -> Aspect:
    """Code, if the image or the function is another one, or if there is nothing to compare with."""
    if before is None or any(before.get(key) != after.get(key) for key in _CODE):
        return "Code"
    return "Configuration"
