"""When a Pod does not say enough and its Events are to be read: pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from swirl.kube.resources import PODS
from swirl.wire.times import from_rfc3339
from swirl_operator.pods.reading.waiting import RESTARTS
from swirl_operator.runtime.interface import Object, Observation, Ref
from swirl_operator.runtime.objects import (
    condition_of,
    is_deleting,
    name_of,
    namespace_of,
    phase_of,
    status_of,
)

PATIENCE = timedelta(seconds=10)
"""How long a container may take to start, or to answer, before somebody asks why."""

LOOK_AGAIN = 15.0
"""Seconds until the Events of a Pod that still does not say enough are read once more."""

_MOST = 3
_OVER = ("Succeeded", "Failed")
_KILLED = (137, 143)


def unread(
    observation: Observation[Any], pods: Iterable[Object], container: str
) -> tuple[Ref, ...]:
    """The Pods whose Events are to be read before anything is said of them, a few of many.

    For `Plan.read_events`; empty once `observation.events` has them.
    """
    silent = [pod for pod in pods if is_silent(pod, container, observation.now)]
    return tuple(
        Ref(PODS, namespace_of(pod), name_of(pod), pod["metadata"]["uid"])
        for pod in silent[:_MOST]
        if pod["metadata"]["uid"] not in observation.events
    )


def is_silent(pod: Object, container: str, now: datetime) -> bool:
    """Whether the Pod has been neither starting nor well for a while, and does not say why."""
    if is_deleting(pod) or phase_of(pod) in _OVER:
        return False
    since = _silent_since(pod, container)
    return since is not None and now >= from_rfc3339(since) + PATIENCE


def _silent_since(pod: Object, container: str) -> str | None:
    scheduled = condition_of(pod, "PodScheduled")
    if scheduled is None or scheduled["status"] != "True":
        return None
    status: Object = next(
        (
            item
            for item in status_of(pod).get("containerStatuses") or ()
            if item.get("name") == container
        ),
        {},
    )
    state = status.get("state") or {}
    if state.get("running"):
        return None if status.get("ready") else _text(state["running"].get("startedAt"))
    waiting = (state.get("waiting") or {}).get("reason") or "ContainerCreating"
    if waiting == RESTARTS:
        ended = (status.get("lastState") or {}).get("terminated") or {}
        return _text(ended.get("finishedAt")) if ended.get("exitCode") in _KILLED else None
    if waiting in ("ContainerCreating", "PodInitializing"):
        return _text(scheduled.get("lastTransitionTime"))
    return None


def _text(moment: object) -> str | None:
    return str(moment) if moment else None
