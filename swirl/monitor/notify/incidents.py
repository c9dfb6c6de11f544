"""Which incidents there are, and who was told of them: pure.

An incident begins with a Broken verdict and ends with a Healthy one. Learning is neither: whoever
changes a monitor in the middle of a fault has not mended the pipeline. What is to be told follows
from the incidents alone, as they stand in the monitor's status.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from swirl.api.v1alpha1.swirlmonitor import Delivery, Destination, Incident, Verdict
from swirl.monitor.core.state import BLIND, BROKEN, HEALTHY
from swirl.wire.times import Millis, millis_to_rfc3339, rfc3339_to_millis

MOST = 8
"""Incidents in a status. One that cannot be told makes room for newer ones after that many."""

KEEP_MS = 15 * 60 * 1000
"""For how long the end of an incident is repeated to an Alertmanager, which forgets what it was
told when it is started again."""

_LONGEST_ERROR = 1024


@dataclass(frozen=True, slots=True)
class Sent:
    """How an attempt to tell of an incident went.

    Attributes:
        incident: its id.
        to: whom.
        revision: what was told.
        error: why it was not taken; None if it was.
    """

    incident: str
    to: Destination
    revision: int
    error: str | None = None


class Ledger:
    """The incidents of one monitor.

    Args:
        source: `namespace/name` of the monitor.
        destinations: who is to be told; without any, nothing is kept.
        incidents: as the status has them.

    Attributes:
        dropped: incidents that made room before all were told of them.
    """

    def __init__(
        self, source: str, destinations: Iterable[Destination], incidents: Sequence[Incident] = ()
    ) -> None:
        self._source = source
        self._destinations = tuple(destinations)
        self.incidents = tuple(incidents) if self._destinations else ()
        self.dropped = 0

    @property
    def open(self) -> bool:
        """Whether there is a fault that is not over."""
        return bool(self.incidents) and self.incidents[-1].until is None

    def follow(self, verdict: Verdict, now: Millis) -> None:
        """Take the verdict as it is now."""
        if not self._destinations:
            return
        last = self.incidents[-1] if self.incidents else None
        going_on = last is not None and last.until is None
        if verdict.state == BROKEN:
            if last is None or not going_on:
                self._add(self._begun(verdict, now))
            else:
                self._replace(last, _with(last, verdict))
        elif verdict.state in (HEALTHY, BLIND) and last is not None and going_on:
            self._replace(last, _ended(last, verdict.since or millis_to_rfc3339(now)))
        self._forget(now)

    def withdraw(self, now: Millis) -> None:
        """The monitor is deleted: nobody will say that the fault is over."""
        last = self.incidents[-1] if self.incidents else None
        if last is not None and last.until is None:
            said = f"{last.message[:4000]} The SwirlMonitor was deleted; nobody watches this now."
            closed = _ended(last, millis_to_rfc3339(now))
            self._replace(last, closed.model_copy(update={"message": said.strip()}))

    def take(self, results: Iterable[Sent]) -> None:
        """Note who was told what."""
        for result in results:
            ids = [incident.id for incident in self.incidents]
            if result.incident not in ids:
                continue
            place = ids.index(result.incident)
            self._replace(self.incidents[place], _noted(self.incidents[place], result))
            if result.to == "Alertmanager" and result.error is None:
                # To it they are one alert, and the latest word is all of it.
                for before in self.incidents[:place]:
                    told = Sent(before.id, result.to, before.revision)
                    self._replace(before, _noted(before, told))

    def _begun(self, verdict: Verdict, now: Millis) -> Incident:
        since = verdict.since or millis_to_rfc3339(now)
        words = json.dumps([self._source, since]).encode()
        return Incident(
            id=hashlib.sha256(words).hexdigest()[:32],
            revision=1,
            since=since,
            **_said(verdict),
        )

    def _add(self, incident: Incident) -> None:
        # One of the same id is the same fault, which was over for a moment too short to tell.
        kept = [item for item in self.incidents if item.id != incident.id]
        same = next((item for item in self.incidents if item.id == incident.id), None)
        if same is not None:
            incident = incident.model_copy(
                update={"revision": same.revision + 1, "deliveries": same.deliveries}
            )
        self.dropped += sum(self._untold(item) for item in kept[: max(0, len(kept) + 1 - MOST)])
        self.incidents = (*kept[-(MOST - 1) :], incident)

    def _untold(self, incident: Incident) -> bool:
        return any(revision_told(incident, to) < incident.revision for to in self._destinations)

    def _replace(self, old: Incident, new: Incident) -> None:
        self.incidents = tuple(new if item is old else item for item in self.incidents)

    def _forget(self, now: Millis) -> None:
        self.incidents = tuple(
            incident
            for incident in self.incidents
            if incident.until is None
            or self._untold(incident)
            or now < rfc3339_to_millis(incident.until) + KEEP_MS
        )


def revision_told(incident: Incident, to: Destination) -> int:
    """The last revision of it that was acknowledged there; 0 if none was."""
    return next((item.revision for item in incident.deliveries if item.to == to), 0)


def _said(verdict: Verdict) -> dict[str, object]:
    return {
        "summary": verdict.summary,
        "node": verdict.node,
        "message": verdict.message,
        "target": verdict.target,
        "change": verdict.change,
    }


def _with(incident: Incident, verdict: Verdict) -> Incident:
    """More evidence is no news; another node, sentence or cause is."""
    before = incident.summary, incident.node, incident.change and incident.change.id
    now = verdict.summary, verdict.node, verdict.change and verdict.change.id
    revision = incident.revision + (now != before)
    return incident.model_copy(update={**_said(verdict), "revision": revision})


def _ended(incident: Incident, at: str) -> Incident:
    until = max(at, incident.since, key=rfc3339_to_millis)
    return incident.model_copy(update={"until": until, "revision": incident.revision + 1})


def _noted(incident: Incident, result: Sent) -> Incident:
    error = None if result.error is None else result.error[:_LONGEST_ERROR]
    told = revision_told(incident, result.to)
    if error is None:
        told = max(told, result.revision)
    others = [item for item in incident.deliveries if item.to != result.to]
    noted = Delivery(to=result.to, revision=told, error=error)
    deliveries = sorted([*others, noted], key=lambda item: item.to)
    return incident.model_copy(update={"deliveries": deliveries})
