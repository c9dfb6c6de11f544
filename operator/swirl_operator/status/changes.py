"""The outbox of change events: what was changed is in the status first, then it is announced.

A change goes out when nothing else is left to do for the object, and the status is written whether
it does or not, so Kafka being away delays the news and never the work. Each phase is sent at least
once; readers drop repeats by their id. A change that the next one overtakes ends when that one
starts, and waits in line to be told.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime

from swirl.wire.change import Action, Aspect, ChangeEvent, Phase, change_id
from swirl.wire.times import from_rfc3339, rfc3339
from swirl_operator.runtime.interface import Object, Plan
from swirl_operator.runtime.objects import name_of, namespace_of

_LONGEST_LINE = 16


@dataclass(frozen=True, slots=True)
class Subject:
    """The object whose change it is."""

    kind: str
    namespace: str
    name: str
    uid: str

    @classmethod
    def of(cls, obj: Object) -> Subject:
        """That object."""
        return cls(obj["kind"], namespace_of(obj), name_of(obj), obj["metadata"]["uid"])


@dataclass(frozen=True, slots=True)
class Outbox:
    """The last change of an object, and those before it that were not wholly told yet."""

    last: Object | None = None
    waiting: tuple[Object, ...] = ()

    @classmethod
    def of(cls, status: Object) -> Outbox:
        """As a status has it."""
        last = status.get("change")
        waiting = status.get("pendingChanges") or ()
        return cls(_whole(last) if last else None, tuple(map(_whole, waiting)))

    def begin(
        self, subject: Subject, *, aspect: Aspect, to: str, before: str | None, now: datetime
    ) -> Outbox:
        """With a change from version `before` (None: the first) that starts now."""
        started = rfc3339(now)
        # The change before is part of it: there and back again can happen within one second.
        previous = self.last["id"] if self.last else ""
        token = f"{subject.uid}/{previous}/{to}/{started}"
        entry: Object = {
            "id": change_id(subject.kind, subject.namespace, subject.name, aspect, token),
            "aspect": aspect,
            "to": to,
            "startedAt": started,
            "announced": "None",
        }
        if before is not None:
            entry["from"] = before
        waiting = self.waiting
        if self.last is not None and self.last["announced"] != "Finished":
            waiting = (*waiting, _ended(self.last, now))
        return Outbox(entry, waiting[-_LONGEST_LINE:])

    def finish(self, now: datetime) -> Outbox:
        """With the end of the last change, which stays once it is set."""
        return self if self.last is None else replace(self, last=_ended(self.last, now))

    def fields(self) -> Object:
        """The status fields."""
        found: Object = {}
        if self.last is not None:
            found["change"] = self.last
        if self.waiting:
            found["pendingChanges"] = list(self.waiting)
        return found

    def next(self) -> tuple[Object, Phase, Outbox] | None:
        """The change to be told next, which phase of it, and the outbox once that is out."""
        if self.waiting:
            first, *rest = self.waiting
            phase: Phase = "Started" if first["announced"] == "None" else "Finished"
            again = () if phase == "Finished" else ({**first, "announced": phase},)
            return first, phase, replace(self, waiting=(*again, *rest))
        due = _due(self.last)
        if self.last is None or due is None:
            return None
        return self.last, due, replace(self, last={**self.last, "announced": due})


def is_new(status: Object, before: Object) -> bool:
    """Whether `status` begins a change that the status `before` does not have."""
    change: Object = status.get("change") or {}
    known: Object = before.get("change") or {}
    return change.get("id") != known.get("id")


def announce_when_settled(
    plan: Plan, observed: Object, subject: Subject, *, repeatable: bool = False
) -> Plan:
    """`plan`, with the announcements that are due once nothing else is left to do.

    What it applies does not count as left to do: it is the same manifest in every round.

    Args:
        plan: with its status.
        observed: the status before.
        subject: whose changes they are.
        repeatable: whether the last change would begin and end at the very same times if they were
            forgotten. Otherwise they have to be stored before anybody is told of them.
    """
    assert plan.status is not None
    box = Outbox.of(plan.status)
    if box.next() is None:
        return plan
    stored = plan.status.get("change") == observed.get("change")
    if plan.create or plan.delete or not (stored or repeatable):
        # The object's own status wakes nobody, so the next look has to be asked for.
        return replace(plan, requeue_after=0)
    events: list[Object] = []
    while (upcoming := box.next()) is not None:
        change, phase, box = upcoming
        events.append(json.loads(_event(change, phase, subject).to_json()))
    kept = {key: plan.status[key] for key in plan.status if key != "pendingChanges"}
    return replace(plan, announce=tuple(events), told={**kept, **box.fields()})


def _whole(change: Object) -> Object:
    """The change with its aspect, which in statuses of version 0.1.0 had another name.

    The API server drops a field that the kind has no more, and then refuses every status that lacks
    the new one. Code is what a change counts as where there is nothing to compare with.
    """
    return {"aspect": "Code", **change}


def _ended(change: Object, now: datetime) -> Object:
    return {"finishedAt": rfc3339(now), **change}


def _due(change: Object | None) -> Phase | None:
    if change is None:
        return None
    if change["announced"] == "None":
        return "Started"
    if change["announced"] == "Started" and change.get("finishedAt"):
        return "Finished"
    return None


def _event(change: Object, phase: Phase, subject: Subject) -> ChangeEvent:
    action: Action = "upgraded" if change.get("from") else "deployed"
    return ChangeEvent(
        change=change["id"],
        kind=subject.kind,
        namespace=subject.namespace,
        name=subject.name,
        aspect=change["aspect"],
        from_version=change.get("from"),
        to_version=change["to"],
        phase=phase,
        time=from_rfc3339(change["startedAt" if phase == "Started" else "finishedAt"]),
        action=action,
    )
