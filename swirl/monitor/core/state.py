"""The states of a pipeline, as a verdict names them."""

from __future__ import annotations

from typing import Final, Literal

State = Literal["Learning", "Healthy", "Broken", "Blind"]

LEARNING: Final = "Learning"
HEALTHY: Final = "Healthy"
BROKEN: Final = "Broken"
BLIND: Final = "Blind"
"""Of some metric no point has ever come; the others, if there are any, are in their bands."""
