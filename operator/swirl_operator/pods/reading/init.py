"""What an init container keeps from starting: pure."""

from __future__ import annotations

from swirl.wire.reasons import OutcomeReason
from swirl_operator.pods.reading.ended import in_words
from swirl_operator.pods.reading.finding import Finding
from swirl_operator.pods.reading.waiting import RESTARTS, read_waiting
from swirl_operator.pods.reading.words import clean
from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.objects import status_of


def read_init(pod: Object) -> Finding | None:
    """Which init container the others wait for and why, None if none is in the way."""
    images = {
        item.get("name"): str(item.get("image") or "")
        for item in (pod.get("spec") or {}).get("initContainers") or ()
    }
    for status in status_of(pod).get("initContainerStatuses") or ():
        found = _one(status, images.get(status.get("name"), ""))
        if found is not None:
            return found
    return None


def _one(status: Object, image: str) -> Finding | None:
    name = status.get("name")
    state = status.get("state") or {}
    waiting, running = state.get("waiting"), state.get("running")
    ended = state.get("terminated")
    if ended is None and waiting is not None and waiting.get("reason") == RESTARTS:
        ended = (status.get("lastState") or {}).get("terminated")
    if ended is not None:
        return _failed(f"init container {name}", ended) if ended.get("exitCode") else None
    if waiting is not None:
        found = read_waiting(waiting, image)
        if found is None:
            # Nothing is known of it yet, or the ones before it are in the way.
            return None
        why = found.message.removeprefix("does not start: ")
        return Finding(
            found.reason,
            f"does not start: its init container {name} does not: {why}",
            permanent=found.permanent,
        )
    if running is not None and not status.get("started") and not status.get("ready"):
        since = running.get("startedAt")
        return Finding(None, f"waits for its init container {name}, which runs since {since}")
    return None


def _failed(what: str, ended: Object) -> Finding:
    reason = OutcomeReason.CONTAINER_FAILED
    if ended.get("reason") == "OOMKilled":
        reason, how = OutcomeReason.OUT_OF_MEMORY, "used more memory than its limit"
    else:
        how = in_words(int(ended["exitCode"]), ended.get("signal"))
    lines = str(ended.get("message") or "").strip().splitlines()
    said = f": {clean(lines[-1])}" if lines else ""
    return Finding(reason, f"does not start: its {what} {how}{said}")
