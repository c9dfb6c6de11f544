"""Which changes were made, and which of them can be the cause of a fault.

A change is announced when it starts and when it is finished; both announcements may come late, in
any order, and more than once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from swirl.api.v1alpha1.swirlmonitor import SwirlMonitorSpec
from swirl.monitor.core.tuning import Tuning
from swirl.wire.change import Aspect, ChangeEvent
from swirl.wire.times import Millis, to_millis

LATE_WINDOWS = 2
"""A change that began up to so many windows after the onset may still be the cause: windows are
coarse, and the clocks of two machines differ."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one node's resource; `finished` is None while it is under way."""

    id: str
    node: str
    kind: str
    name: str
    aspect: Aspect
    from_version: str | None
    to_version: str
    started: Millis
    finished: Millis | None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A change that is not the cause, and why: the rest of a sentence "rejected: …"."""

    change: Change
    why: str


class ChangeLog:
    """The changes of the resources behind a monitor's nodes."""

    def __init__(self, spec: SwirlMonitorSpec, namespace: str) -> None:
        self._nodes: dict[tuple[str, str], list[str]] = {}
        for node in spec.nodes:
            if node.ref is not None:
                self._nodes.setdefault((node.ref.kind, node.ref.name), []).append(node.name)
        self._namespace = namespace
        self._events: dict[str, dict[str, ChangeEvent]] = {}
        self.known = 0
        self.elsewhere = 0
        self.repeated = 0

    def add(self, events: Iterable[ChangeEvent]) -> None:
        """Take events; those of resources that are no node are counted and dropped."""
        for event in events:
            known = event.namespace == self._namespace and (event.kind, event.name) in self._nodes
            if not known:
                self.elsewhere += 1
                continue
            phases = self._events.setdefault(event.change, {})
            earlier = phases.get(event.phase)
            if earlier is not None:
                self.repeated += 1
                if earlier.time <= event.time:
                    continue  # told again later; when it was first told is when it was
            phases[event.phase] = event
            self.known += 1

    def forget_before(self, time: Millis) -> None:
        """Drop changes of which nothing was heard since `time`."""
        self._events = {
            change: phases
            for change, phases in self._events.items()
            if max(_ms(event) for event in phases.values()) >= time
        }

    def changes(self) -> list[Change]:
        """All changes, one for each node it concerns, the earliest first.

        One that was never said to be finished ends when the next one of its resource starts.
        """
        found = []
        for change_id, phases in self._events.items():
            started = phases.get("Started")
            finished = phases.get("Finished")
            event = started or finished
            assert event is not None
            for node in self._nodes[event.kind, event.name]:
                found.append(
                    Change(
                        id=change_id,
                        node=node,
                        kind=event.kind,
                        name=event.name,
                        aspect=event.aspect,
                        from_version=event.from_version,
                        to_version=event.to_version,
                        started=_ms(event),
                        finished=None if finished is None else _ms(finished),
                    )
                )
        return _overtaken(sorted(found, key=lambda item: (item.started, item.id, item.node)))


def _overtaken(ordered: Sequence[Change]) -> list[Change]:
    starts: dict[tuple[str, str, str], Millis] = {}
    ended = []
    for change in reversed(ordered):
        place = (change.node, change.kind, change.name)
        after = starts.get(place)
        starts[place] = change.started
        if change.finished is None and after is not None:
            change = replace(change, finished=after)
        ended.append(change)
    return ended[::-1]


def weigh(
    changes: Sequence[Change],
    suspects: Collection[str],
    onset: int,
    healthy: Sequence[int],
    tuning: Tuning,
) -> tuple[Change | None, list[Rejected]]:
    """Find the change that is held to be the cause of a fault.

    Args:
        changes: all that is known.
        suspects: the nodes where the fault may have begun.
        onset: index of its first window.
        healthy: indexes of the healthy windows, in order.
        tuning: length of a window, how old a suspect may be, how many healthy windows clear it.

    Returns:
        The change, or None, and the others with the reason why they are not.
    """
    possible: list[Change] = []
    rejected: list[Rejected] = []
    begin = onset * tuning.window_ms
    for change in changes:
        if max(change.started, change.finished or 0) < begin - tuning.suspect_ms:
            continue
        why = _objection(change, suspects, onset, healthy, tuning)
        if why is None:
            possible.append(change)
        else:
            rejected.append(Rejected(change, why))
    if not possible:
        return None, rejected
    cause = min(possible, key=lambda change: _distance(change, onset, tuning.window_ms))
    for change in possible:
        if change is not cause:
            rejected.append(Rejected(change, "another change was made closer to the onset"))
    rejected.sort(key=lambda item: (item.change.started, item.change.id, item.change.node))
    return cause, rejected


def _distance(change: Change, onset: int, length: int) -> tuple[bool, int, int, str]:
    """How far a change is from the onset.

    What counts is its end, as what it does is seen from then on at the latest; of several under way
    at the onset, the one that started last. One that started only later, as far as one can see,
    comes after all others.
    """
    begin = onset * length
    if change.started >= begin + length:
        return True, change.started - begin, 0, change.id
    ended = begin if change.finished is None else change.finished
    return False, max(0, begin - ended), -change.started, change.id


def _objection(
    change: Change,
    suspects: Collection[str],
    onset: int,
    healthy: Sequence[int],
    tuning: Tuning,
) -> str | None:
    if change.node not in suspects:
        return f"{change.node} is not where the fault begins"
    length = tuning.window_ms
    if change.started >= (onset + 1 + LATE_WINDOWS) * length:
        return "it came after the onset"
    if change.finished is None:
        return None
    first_whole_window = -(-change.finished // length)
    followed = bisect_left(healthy, onset) - bisect_left(healthy, first_whole_window)
    if followed >= tuning.exonerate_windows:
        return f"{followed} healthy windows followed it"
    return None


def _ms(event: ChangeEvent) -> Millis:
    return to_millis(event.time)
