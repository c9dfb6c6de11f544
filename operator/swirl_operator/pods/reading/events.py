"""What is told of a Pod in its Events alone: volumes, sandboxes, probes, the node. Pure.

They are read only where the Pod itself says nothing (see `questions.py`), and only its newest ones
count: what was mended stays in the list for an hour.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from swirl.wire.reasons import OutcomeReason
from swirl_operator.pods.reading.finding import Finding
from swirl_operator.pods.reading.waiting import read_missing
from swirl_operator.pods.reading.words import clean
from swirl_operator.runtime.interface import Object
from swirl_operator.status.reasons import Reason

_VOLUME = frozenset({"FailedMount", "FailedAttachVolume", "FailedMapVolume"})
_SANDBOX = frozenset(
    {
        "FailedCreatePodSandBox",
        "FailedPodSandBoxStatus",
        "NetworkNotReady",
        "FailedCreatePodContainer",
    }
)
_DEVICES = "FailedPrepareDynamicResources"
_PROGRESS = frozenset(
    {"Scheduled", "SuccessfulAttachVolume", "SuccessfulMountVolume", "Pulling", "Pulled", "Created"}
)
# Kubelet's summary of several volumes; that of one volume says why.
_SUMMARY = "Unable to attach or mount volumes"
_NAMED = re.compile(r'[Vv]olume "([^"]+)"')
_FAILED_FOR = re.compile(r'^\S+ failed for volume "[^"]+" : ')
_UNMOUNTED = re.compile(r"unmounted volumes=\[([^\]]*)\]")
_PROBE = re.compile(
    r"^(Startup|Readiness|Liveness) probe (?:failed|errored and resulted in \w+ state): (.*)$"
)
_KILLED = re.compile(r"failed (startup|liveness) probe, will be restarted")
_IMAGE = re.compile(r'^Pulling image "([^"]+)"')


def why_not_started(events: Iterable[Object]) -> Finding | None:
    """What keeps a Pod that has a node from starting, None if its Events do not say it."""
    newest = _newest_first(events)
    volume: Finding | None = None
    for event in newest:
        word, said = _word(event), _said(event)
        if word in _VOLUME:
            found = _volume(said, _at(event))
            if not said.startswith(_SUMMARY):
                return found
            volume = volume or found
        elif volume is not None and word in _PROGRESS:
            break
        elif word in _SANDBOX:
            return Finding(
                OutcomeReason.SANDBOX_FAILED,
                f"does not start: the node cannot set it up: {_cause(said)}",
                since=_first(event),
            )
        elif word == _DEVICES:
            return Finding(
                OutcomeReason.CONTAINER_FAILED,
                f"does not start: its devices cannot be prepared: {_cause(said)}",
                since=_first(event),
            )
        elif word == "Pulling":
            since, image = _at(event), _IMAGE.match(said)
            name = image.group(1) if image else "its image"
            return Finding(None, f"pulls image {name} since {since}", since=since)
        elif word in ("Pulled", "Created", "Started"):
            return None
    return volume


def probe_failure(events: Iterable[Object], container: str) -> Finding | None:
    """What the container's probe said last, None if none failed."""
    for event in _newest_first(events):
        if _word(event) != "Unhealthy" or container != _where(event):
            continue
        found = _PROBE.match(_said(event))
        if found is not None:
            probe, said = found.groups()
            return Finding(
                Reason.PROBE_FAILED,
                f"runs and does not answer its {probe.lower()} probe: {clean(said)}",
                since=_first(event),
            )
    return None


def killed_by_probe(events: Iterable[Object], container: str) -> str | None:
    """Which probe kubelet ends the container for: `startup` or `liveness`; None for none."""
    for event in _newest_first(events):
        if _word(event) == "Killing" and container == _where(event):
            found = _KILLED.search(_said(event))
            return found.group(1) if found else None
    return None


def _volume(said: str, at: str) -> Finding:
    missing = read_missing(said)
    if missing is not None:
        return missing
    named = _NAMED.search(said)
    if named is not None:
        why = _FAILED_FOR.sub("", said)
        message = f"waits for its volume {named.group(1)}: {why}"
    else:
        unmounted = _UNMOUNTED.search(said)
        which = unmounted.group(1).replace(" ", ", ") if unmounted else ""
        message = f"waits for its volumes {which}, which cannot be attached or mounted"
    return Finding(OutcomeReason.VOLUME_MOUNT, message, since=at)


def _cause(said: str) -> str:
    return said.partition(": ")[2] or said


def _newest_first(events: Iterable[Object]) -> Sequence[Object]:
    return sorted(events, key=_at, reverse=True)


def _word(event: Object) -> str:
    return str(event.get("reason") or "")


def _said(event: Object) -> str:
    return clean(event.get("note") or event.get("message"))


def _at(event: Object) -> str:
    """When it was seen last, as Kubernetes writes it; that sorts as text."""
    series = event.get("series") or {}
    return str(
        series.get("lastObservedTime")
        or event.get("deprecatedLastTimestamp")
        or event.get("eventTime")
        or (event.get("metadata") or {}).get("creationTimestamp")
        or ""
    )


def _first(event: Object) -> str:
    return str(event.get("deprecatedFirstTimestamp") or event.get("eventTime") or _at(event))


def _where(event: Object) -> str:
    """The container that it is about: `spec.containers{scorer}`."""
    return str((event.get("regarding") or {}).get("fieldPath") or "").partition("{")[2].rstrip("}")
