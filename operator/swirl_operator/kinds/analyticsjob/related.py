"""What a job's plan reads besides the job and its runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from swirl_operator.runtime.interface import Object


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRelated:
    """Other objects of the namespace.

    Attributes:
        drivers: Pods of all the job's runs, of those too that a user made.
        monitors: the SwirlMonitors, which may judge the job.
        servers: the ModelServers, which may need its runs.
    """

    drivers: Sequence[Object] = ()
    monitors: Sequence[Object] = ()
    servers: Sequence[Object] = ()
