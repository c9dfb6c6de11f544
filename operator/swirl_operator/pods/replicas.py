"""The Pods of one Deployment: how many answer, and what keeps the others from it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from swirl.wire import labels
from swirl.wire.times import from_rfc3339
from swirl_operator.pods.reading.running import overdue, stays_terminating
from swirl_operator.pods.state import PodState, read_state, restarted
from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.objects import (
    is_deleting,
    is_true,
    labels_of,
    name_of,
    phase_of,
    status_of,
)
from swirl_operator.status.reasons import Reason

STEADY = timedelta(seconds=60)
"""How long a container that keeps ending must have run before it counts as up again."""

_LOOP = 3
_OVER = ("Succeeded", "Failed")

EventsOf = Mapping[str, Sequence[Object]]
"""Events by the uid of the Pod."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What keeps a Pod of a Deployment from answering.

    Attributes:
        pod: its name.
        state: what was read of it.
    """

    pod: str
    state: PodState

    @property
    def sentence(self) -> str:
        """Without a full stop."""
        return f"Pod {self.pod} {self.state.message}"


def trouble(
    pods: Iterable[Object],
    container: str,
    template: str,
    *,
    events: EventsOf,
    now: datetime,
) -> Trouble | None:
    """The worst of the Pods of that template, None if all that are there answer.

    A container that fails tells more than one that was not started, that more than one which only
    takes its time. Pods that are over say nothing: an evicted one stays for a while beside its
    replacement. One that should be gone and is not keeps its successor from coming.
    """
    found = [
        Trouble(name_of(pod), state)
        for pod in pods
        if phase_of(pod) not in _OVER
        and (state := _read(pod, container, template, events, now)) is not None
    ]
    return min(found, key=_rank, default=None)


def of_template(pods: Iterable[Object], template: str) -> list[Object]:
    """The Pods that were made from it."""
    return [pod for pod in pods if labels_of(pod).get(labels.TEMPLATE) == template]


def answering(pods: Iterable[Object]) -> int:
    """How many of them are ready."""
    return sum(is_true(pod, "Ready") and not is_deleting(pod) for pod in pods)


def _read(
    pod: Object, container: str, template: str, events: EventsOf, now: datetime
) -> PodState | None:
    if overdue(pod, now):
        found = stays_terminating(pod)
        return PodState("Running", found.reason, found.message, since=found.since)
    if is_deleting(pod) or labels_of(pod).get(labels.TEMPLATE) != template:
        return None
    own = events.get(pod["metadata"]["uid"], ())
    started = _started_again(pod, container)
    if started is not None and (now < from_rfc3339(started) + STEADY or not _is_up(pod, container)):
        return restarted(pod, container, events=own)
    state = read_state(pod, container, events=own)
    if state.ready or state.state == "Succeeded":
        return None
    if state.state == "Running" and not _is_up(pod, container) and _failed_before(pod, container):
        # How it ended before tells more than that it does not answer yet.
        return restarted(pod, container, events=own)
    return state


def _started_again(pod: Object, container: str) -> str | None:
    """Since when a container runs that ended several times before; None for others."""
    status = _status(pod, container)
    running = (status.get("state") or {}).get("running") or {}
    again = int(status.get("restartCount") or 0) >= _LOOP
    ended = (status.get("lastState") or {}).get("terminated")
    return str(running["startedAt"]) if again and ended and running.get("startedAt") else None


def _failed_before(pod: Object, container: str) -> bool:
    ended = (_status(pod, container).get("lastState") or {}).get("terminated") or {}
    return bool(ended.get("exitCode"))


def _is_up(pod: Object, container: str) -> bool:
    return bool(_status(pod, container).get("ready"))


def _status(pod: Object, container: str) -> Object:
    for status in status_of(pod).get("containerStatuses") or ():
        if status.get("name") == container:
            return dict(status)
    return {}


def _rank(found: Trouble) -> tuple[int, str]:
    state = found.state
    if (
        state.state == "Failed"
        or state.reason == Reason.RESTART_LOOP
        or state.exit_code is not None
    ):
        return 0, found.pod
    return (1 if state.reason is not None else 2), found.pod
