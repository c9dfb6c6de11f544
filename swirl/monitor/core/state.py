"""The states of a pipeline, as a verdict names them."""

from __future__ import annotations

from typing import Final, Literal

State = Literal["Learning", "Healthy", "Broken"]

LEARNING: Final = "Learning"
HEALTHY: Final = "Healthy"
BROKEN: Final = "Broken"
