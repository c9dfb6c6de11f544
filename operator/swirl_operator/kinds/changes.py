"""The outbox of change events: what was changed is written into the status first, then announced.

A change goes out when nothing else is left to do for the object, so Kafka being away delays the
news and never the work. Each phase is sent at least once; readers drop repeats by their id.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime

from swirl.metrics.change import Action, ChangeEvent, Phase, What, change_id
from swirl_operator.kinds.times import from_text, to_text
from swirl_operator.runtime.plan import Object, Plan


@dataclass(frozen=True, slots=True)
class Changed:
    """The object whose change it is."""

    kind: str
    namespace: str
    name: str
    uid: str


def begin(
    subject: Changed, previous: Object | None, *, what: What, to: str, now: datetime
) -> Object:
    """The status entry of a change that starts now."""
    started = to_text(now)
    # The change before is part of it: there and back again can happen within one second.
    token = f"{subject.uid}/{previous['id'] if previous else ''}/{to}/{started}"
    entry: Object = {
        "id": change_id(subject.kind, subject.namespace, subject.name, what, token),
        "what": what,
        "to": to,
        "startedAt": started,
        "announced": "None",
    }
    if previous is not None:
        entry["from"] = previous["to"]
    return entry


def finish(change: Object, now: datetime) -> Object:
    """The entry with its end, which stays once it is set."""
    return {"finishedAt": to_text(now), **change}


def is_new(status: Object, before: Object) -> bool:
    """Whether `status` begins a change that the status `before` does not have."""
    change: Object = status.get("change") or {}
    known: Object = before.get("change") or {}
    return change.get("id") != known.get("id")


def announce_when_settled(plan: Plan, observed: Object, subject: Changed) -> Plan:
    """`plan`, with the announcement that is due once nothing else is left to do.

    What it applies does not count as left to do: it is the same manifest in every round.
    """
    assert plan.status is not None
    change = plan.status.get("change")
    phase = _due(change)
    if change is None or phase is None:
        return plan
    if plan.create or plan.delete or plan.status != observed:
        # The object's own status wakes nobody, so the next look has to be asked for.
        return replace(plan, requeue_after=0)
    event = json.loads(_event(change, phase, subject).to_json())
    status = {**plan.status, "change": {**change, "announced": phase}}
    return replace(plan, announce=(event,), status=status, requeue_after=0)


def _due(change: Object | None) -> Phase | None:
    if change is None:
        return None
    if change["announced"] == "None":
        return "Started"
    if change["announced"] == "Started" and change.get("finishedAt"):
        return "Finished"
    return None


def _event(change: Object, phase: Phase, subject: Changed) -> ChangeEvent:
    action: Action = "upgraded" if change.get("from") else "deployed"
    return ChangeEvent(
        change=change["id"],
        kind=subject.kind,
        namespace=subject.namespace,
        name=subject.name,
        what=change["what"],
        from_version=change.get("from"),
        to_version=change["to"],
        phase=phase,
        time=from_text(change["startedAt" if phase == "Started" else "finishedAt"]),
        action=action,
    )
