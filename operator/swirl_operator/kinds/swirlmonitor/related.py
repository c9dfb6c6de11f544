"""What a monitor's plan reads besides the monitor and its Deployment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from swirl_operator.runtime.interface import Object


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorRelated:
    """Other objects of the namespace.

    Attributes:
        pods: the Pods of the analysis.
        missing: names of the nodes whose AnalyticsJob or ModelServer does not exist.
    """

    pods: Sequence[Object] = ()
    missing: Sequence[str] = ()
