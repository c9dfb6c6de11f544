"""Why a Pod whose containers run is of no use: its node, its end, a probe. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from swirl.wire.times import from_rfc3339, rfc3339
from swirl_operator.pods.reading.ended import disrupted
from swirl_operator.pods.reading.events import probe_failure
from swirl_operator.pods.reading.finding import Finding
from swirl_operator.pods.reading.words import a_list, clean
from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.objects import condition_of, is_deleting, name_of, status_of
from swirl_operator.status.reasons import Reason

OVERDUE = timedelta(seconds=30)
"""How long after its grace a Pod may still be there before its node is the reason."""

_GATES = "ReadinessGatesNotReady"


def read_running(
    pod: Object, status: Object, events: Iterable[Object], now: datetime | None
) -> Finding | None:
    """Why the Pod is of no use although the container of that status runs; None if it is of use."""
    ready = condition_of(pod, "Ready")
    lost = _node(pod, ready)
    if lost is not None:
        return lost
    if now is not None and overdue(pod, now):
        return stays_terminating(pod)
    if is_deleting(pod):
        return _terminating(pod)
    if not status.get("ready", True):
        since = (status.get("state") or {}).get("running", {}).get("startedAt")
        failed = probe_failure(events, str(status.get("name")))
        return failed or Finding(None, f"runs since {since} and does not answer its probe yet")
    if ready is None or ready["status"] != "False":
        return None
    since = ready.get("lastTransitionTime")
    others = [
        str(item.get("name"))
        for item in status_of(pod).get("containerStatuses") or ()
        if not item.get("ready")
    ]
    if others:
        said = f"runs, and beside it {a_list(others)} is not ready"
        return Finding(Reason.PROBE_FAILED, said, since=since)
    said = clean(ready.get("message"))
    return Finding(
        Reason.PROBE_FAILED, f"runs, and its readiness gates are not met: {said}", since=since
    )


def overdue(pod: Object, now: datetime) -> bool:
    """Whether the Pod should be gone: its grace is over, and some time more."""
    return is_deleting(pod) and now >= from_rfc3339(_until(pod)) + OVERDUE


def stays_terminating(pod: Object) -> Finding:
    """What to say of a Pod that should be gone."""
    return Finding(
        Reason.TERMINATING,
        f"is Terminating since {_asked_at(pod)} and should be gone since {_until(pod)}: "
        f"{_its_node(pod)} does not answer, or cannot end it. If the node is gone for good, delete "
        f"it (kubectl delete node {_node_name(pod)}) or the Pod (kubectl delete pod "
        f"{name_of(pod)} --force --grace-period=0)",
        since=_asked_at(pod),
    )


def _terminating(pod: Object) -> Finding:
    why = disrupted(pod)
    because = f": it {why.message}" if why is not None else ""
    return Finding(
        Reason.TERMINATING,
        f"is Terminating since {_asked_at(pod)}{because}",
        since=_asked_at(pod),
    )


def _node(pod: Object, ready: Object | None) -> Finding | None:
    """Kubernetes takes the readiness from Pods of a node that is silent, and nothing else.

    Kubelet itself takes it only together with `ContainersReady`, or for a readiness gate.
    """
    whole = condition_of(pod, "ContainersReady")
    if ready is None or whole is None or ready["status"] == "True" or whole["status"] != "True":
        return None
    if ready.get("reason") == _GATES:
        return None
    since = ready.get("lastTransitionTime")
    runs = "is Terminating" if is_deleting(pod) else "runs"
    return Finding(
        Reason.NODE_NOT_READY,
        f"{runs} on {_its_node(pod)}, which does not answer since {since}; if it does not come "
        f"back, delete the node (kubectl delete node {_node_name(pod)}), or the Pod "
        f"(kubectl delete pod {name_of(pod)} --force --grace-period=0)",
        since=since,
    )


def _its_node(pod: Object) -> str:
    return f"node {_node_name(pod)}"


def _node_name(pod: Object) -> str:
    return str((pod.get("spec") or {}).get("nodeName") or "")


def _until(pod: Object) -> str:
    """`deletionTimestamp` is when the grace ends, not when the deletion was asked for."""
    return str(pod["metadata"]["deletionTimestamp"])


def _asked_at(pod: Object) -> str:
    grace = int(pod["metadata"].get("deletionGracePeriodSeconds") or 0)
    return rfc3339(from_rfc3339(_until(pod)) - timedelta(seconds=grace))
