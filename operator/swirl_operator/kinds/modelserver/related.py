"""What a server's plan reads besides the server, its Deployment and its Service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from swirl_operator.runtime.interface import Object


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerRelated:
    """Other objects of the namespace.

    Attributes:
        job: the AnalyticsJob that the server follows, if it names one that exists.
        run: the AnalyticsRun whose model is meant: that job's current one, or the one named.
        pods: the server's Pods.
        monitors: the SwirlMonitors, which may judge the server.
    """

    job: Object | None = None
    run: Object | None = None
    pods: Sequence[Object] = ()
    monitors: Sequence[Object] = ()
