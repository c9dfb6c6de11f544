"""How far back the log has to be read by an engine that starts.

What it reads first it takes for normal. So it must not begin in the middle of a fault, neither of
one that lasts nor of one that is over.
"""

from __future__ import annotations

from swirl.api.v1alpha1.swirlmonitor import SwirlMonitorStatus
from swirl.monitor.core.state import BLIND, BROKEN, HEALTHY
from swirl.wire.times import Millis, rfc3339_to_millis


def read_from(status: SwirlMonitorStatus | None, now: Millis, history_ms: int) -> Millis:
    """Return the time from which on the log is to be read.

    Args:
        status: as the engine before this one left it.
        now: time of day.
        history_ms: how much healthy time there is to learn from.
    """
    recent = Millis(now - history_ms)
    verdict = None if status is None else status.verdict
    if status is None or verdict is None:
        return recent
    since = None if verdict.since is None else rfc3339_to_millis(verdict.since)
    begin = None if status.read_from is None else rfc3339_to_millis(status.read_from)
    if verdict.state in (HEALTHY, BLIND) and since is not None and since <= recent:
        return recent
    if verdict.state in (HEALTHY, BLIND, BROKEN) and begin is not None:
        return min(recent, begin)
    if verdict.state == BROKEN and since is not None:
        return min(recent, Millis(since - history_ms))
    return recent
