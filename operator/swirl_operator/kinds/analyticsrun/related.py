"""What a run's plan reads besides the run and its driver Pods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from swirl_operator.runtime.interface import Object


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRelated:
    """Other objects of the namespace.

    Attributes:
        job: the run's AnalyticsJob, if it exists.
        pods: every Pod of the run, executors included.
        drivers: Pods of all runs of that job.
    """

    job: Object | None = None
    pods: Sequence[Object] = ()
    drivers: Sequence[Object] = ()
