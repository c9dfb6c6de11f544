"""One reading of a Pod for drivers, scorers, monitors and whatever comes later: pure.

Why it does not start, does not run, or how it ended, with a reason of the closed list and a
sentence's predicate; the words of Kubernetes' components are read in `reading/`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from swirl.wire.reasons import OutcomeReason
from swirl_operator.pods.reading.ended import disrupted, read_end, read_end_of_pod
from swirl_operator.pods.reading.events import killed_by_probe, why_not_started
from swirl_operator.pods.reading.finding import Finding
from swirl_operator.pods.reading.init import read_init
from swirl_operator.pods.reading.running import read_running
from swirl_operator.pods.reading.scheduling import read_scheduling
from swirl_operator.pods.reading.waiting import RESTARTS, read_waiting
from swirl_operator.pods.reading.words import clean
from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.objects import condition_of, is_deleting, phase_of, status_of
from swirl_operator.status.reasons import AnyReason, Reason

_LONGEST_LINE = 1000
_OVER = ("Succeeded", "Failed")


@dataclass(frozen=True, slots=True)
class PodState:
    """One reading of a Pod.

    Attributes:
        state: of the container in question.
        reason: what is wrong with it, of the closed list; None while nothing is out of the
            ordinary, or where what the container says itself is the best that is known.
        message: what goes on after the name of what does not run, without a full stop, as in
            `does not start: image ads:1 cannot be pulled`; empty only where all is well.
        permanent: whether waiting cannot help.
        ready: whether the Pod is: all containers are, and its node answers.
        exit_code: of an ended container, or of the last end of one that is started again; None if
            it left none.
        text: its termination message, or the end of its log.
        since: since when it is so, where Kubernetes says it.
        started_at, finished_at: of the container, as Kubernetes writes them.
    """

    state: Literal["Pending", "Running", "Succeeded", "Failed"]
    reason: AnyReason | None = None
    message: str = ""
    permanent: bool = False
    ready: bool = False
    exit_code: int | None = None
    text: str = ""
    since: str | None = None
    started_at: str | None = None
    finished_at: str | None = None

    @property
    def last_line(self) -> str:
        """The last line that the container left, empty if it left none."""
        lines = self.text.strip().splitlines()
        return lines[-1][:_LONGEST_LINE] if lines else ""


def read_state(
    pod: Object,
    container: str,
    *,
    events: Iterable[Object] = (),
    now: datetime | None = None,
) -> PodState:
    """The state of that container of the Pod; never raises, whatever the container wrote.

    Args:
        pod: as the API server has it.
        container: the one that matters.
        events: those of the Pod, where they were read; see `reading/questions.py`.
        now: a Pod that should be gone by then says so; None does not ask.
    """
    events = tuple(events)
    status = _container(pod, container)
    state = status.get("state") or {}
    if "terminated" in state:
        return _ended(pod, state["terminated"])
    if phase_of(pod) in _OVER:
        return _ended_without_exit(pod)
    if "running" in state:
        return _running(pod, status, events, now)
    waiting = state.get("waiting") or {}
    if waiting.get("reason") == RESTARTS:
        return restarted(pod, container, events=events)
    return _pending(pod, container, waiting, events)


def restarted(pod: Object, container: str, *, events: Iterable[Object] = ()) -> PodState:
    """The state of a container that ended before and is started again and again."""
    status = _container(pod, container)
    ended = _ended(pod, (status.get("lastState") or {}).get("terminated") or {})
    count = int(status.get("restartCount") or 0)
    times = f"{count} time{'s' if count != 1 else ''}"
    message = f"was started again {times}; the last time it {_how(ended, container, events)}"
    return PodState(
        "Pending",
        ended.reason if ended.reason == OutcomeReason.OUT_OF_MEMORY else Reason.RESTART_LOOP,
        message,
        exit_code=ended.exit_code,
        text=ended.text,
        since=ended.finished_at,
        started_at=ended.started_at,
        finished_at=ended.finished_at,
    )


def _how(ended: PodState, container: str, events: Iterable[Object]) -> str:
    probe = killed_by_probe(events, container)
    said = f": {clean(ended.last_line)}" if ended.last_line else ""
    if probe is not None:
        return f"was ended since it did not answer its {probe} probe{said}"
    return f"{ended.message or 'exited with code 0'}{said}"


def _container(pod: Object, name: str) -> Object:
    for status in status_of(pod).get("containerStatuses") or ():
        if status.get("name") == name:
            return dict(status)
    return {}


def _image(pod: Object, container: str) -> str:
    for item in (pod.get("spec") or {}).get("containers") or ():
        if item.get("name") == container:
            return str(item.get("image") or "")
    return str(_container(pod, container).get("image") or "")


def _ended(pod: Object, terminated: Object) -> PodState:
    code = int(terminated.get("exitCode", 1))
    found = read_end(pod, terminated) if code else Finding(None, "")
    return PodState(
        "Failed" if code else "Succeeded",
        found.reason,
        found.message,
        exit_code=code,
        text=str(terminated.get("message") or ""),
        since=terminated.get("finishedAt"),
        started_at=terminated.get("startedAt"),
        finished_at=terminated.get("finishedAt"),
    )


def _ended_without_exit(pod: Object) -> PodState:
    found = read_end_of_pod(pod)
    ready = condition_of(pod, "Ready") or {}
    return PodState(
        "Failed",
        found.reason,
        found.message,
        since=ready.get("lastTransitionTime"),
        started_at=status_of(pod).get("startTime"),
        finished_at=ready.get("lastTransitionTime"),
    )


def _running(
    pod: Object, status: Object, events: Iterable[Object], now: datetime | None
) -> PodState:
    found = read_running(pod, status, events, now)
    started_at = status["state"]["running"].get("startedAt")
    if found is None:
        return PodState("Running", ready=True, since=started_at, started_at=started_at)
    return PodState(
        "Running", found.reason, found.message, since=found.since, started_at=started_at
    )


def _pending(pod: Object, container: str, waiting: Object, events: Iterable[Object]) -> PodState:
    found = (
        _going(pod)
        or read_waiting(waiting, _image(pod, container))
        or read_scheduling(pod)
        or read_init(pod)
        or why_not_started(events)
        or _starting(pod)
    )
    return PodState(
        "Pending", found.reason, found.message, permanent=found.permanent, since=found.since
    )


def _going(pod: Object) -> Finding | None:
    """A Pod that is being deleted before it started does not start any more."""
    if not is_deleting(pod):
        return None
    why = disrupted(pod)
    message = "is Terminating and never started" + (f": it {why.message}" if why else "")
    return Finding(Reason.TERMINATING, message)


def _starting(pod: Object) -> Finding:
    scheduled = condition_of(pod, "PodScheduled") or {}
    node = (pod.get("spec") or {}).get("nodeName")
    since = scheduled.get("lastTransitionTime")
    if not node:
        return Finding(None, "starts")
    return Finding(
        None, f"starts on node {node}" + (f" since {since}" if since else ""), since=since
    )
