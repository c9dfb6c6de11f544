"""How far back the log has to be read by an engine that starts.

What it reads first it takes for normal. So it must not begin in the middle of a fault, neither of
one that lasts nor of one that is over.
"""

from __future__ import annotations

from dataclasses import dataclass

from swirl.monitor.core.verdict import BROKEN, HEALTHY


@dataclass(frozen=True, slots=True)
class Told:
    """What the status says already; times in ms.

    Attributes:
        state: Learning, Healthy or Broken.
        since: begin of that state, if it is said.
        read_from: see `Engine.read_from`.
    """

    state: str
    since: int | None
    read_from: int | None


def read_from(told: Told | None, now: int, history: int) -> int:
    """Time from which on the log is to be read, ms.

    Args:
        told: by the engine before this one.
        now: time of day, ms.
        history: how much healthy time there is to learn from, ms.
    """
    recent = now - history
    if told is None:
        return recent
    if told.state == HEALTHY and told.since is not None and told.since <= recent:
        return recent
    if told.state in (HEALTHY, BROKEN) and told.read_from is not None:
        return min(recent, told.read_from)
    if told.state == BROKEN and told.since is not None:
        return min(recent, told.since - history)
    return recent
