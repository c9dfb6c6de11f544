"""From a changed object to the keys that must be looked at again."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from swirl.kube.resources import Resource
from swirl_operator.runtime.apply import WriteMemory
from swirl_operator.runtime.cache import Cache, Update
from swirl_operator.runtime.freshness import Freshness
from swirl_operator.runtime.held import HeldStatuses
from swirl_operator.runtime.interface import Controller, Object
from swirl_operator.runtime.key import Key
from swirl_operator.runtime.metrics import Metrics
from swirl_operator.runtime.objects import placed
from swirl_operator.runtime.owner import controller_of
from swirl_operator.runtime.queue import Lane, WorkQueue

logger = logging.getLogger(__name__)


class Router:
    """The one way into the cache; everything that gets in wakes whom it concerns."""

    def __init__(
        self,
        *,
        controllers: Sequence[Controller[Any]],
        cache: Cache,
        queue: WorkQueue,
        freshness: Freshness,
        metrics: Metrics,
        memory: WriteMemory,
        held: HeldStatuses,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._by_resource = {c.resource: c for c in controllers}
        self._by_owner = {(c.resource.kind, c.resource.group): c for c in controllers}
        self._controllers = controllers
        self._cache = cache
        self._queue = queue
        self._freshness = freshness
        self._metrics = metrics
        self._memory = memory
        self._held = held
        self._clock = clock
        self._gone: dict[Key, set[str]] = {}
        self.active = False
        """Only the leader queues work; a standby keeps its cache warm and its queue empty."""

    @property
    def resources(self) -> tuple[Resource, ...]:
        """Everything to watch: the kinds themselves and what they own, each once."""
        found: dict[Resource, None] = dict.fromkeys(self._by_resource)
        for controller in self._controllers:
            found.update(dict.fromkeys(controller.owns))
        return tuple(found)

    def is_kind(self, resource: Resource) -> bool:
        """A reconciled kind is watched whole; other resources only where they are labelled ours."""
        return resource in self._by_resource

    def watched(self, resource: Resource, obj: Object, *, type: str | None) -> None:
        """An event of the watch; `type` is `None` for its initial list."""
        self._metrics.watch_events.labels(resource.plural, type or "LISTED").inc()
        obj = placed(resource, obj)
        gone = type == "DELETED"
        self._freshness.delivered(obj, self._clock(), gone=gone)
        self._take(resource, self._store(resource, obj, gone))

    def listed(self, resource: Resource, obj: Object, *, watched: bool = True) -> bool:
        """An object of a relist; true if it told something new."""
        obj = placed(resource, obj)
        change = self._cache.put(resource, obj)
        if change is None:
            return False
        if watched:
            self._freshness.expect(resource, obj, self._clock())
        self._take(resource, change)
        return True

    def unlisted(self, resource: Resource, obj: Object, version: int) -> None:
        """A relist taken at `version` does not have `obj` any more."""
        self._freshness.forget(obj)
        self._take(resource, self._cache.remove(resource, obj, version=version))

    def wrote(self, resource: Resource, obj: Object, *, by: Key) -> None:
        """The API server's answer to a write of `by`: read our own writes at once.

        The echo on the watch will be no news any more, so everybody concerned is woken here; only
        the writer of its own status is not, it knows and says when it wants another turn.
        """
        change = self._cache.put(resource, obj)
        if change is None:
            return
        self._freshness.expect(resource, obj, self._clock())
        self._take(resource, change, but=by if _key(resource, obj) == by else None)

    def found(self, resource: Resource, obj: Object) -> None:
        """A live read, made because the cache was in doubt."""
        self._take(resource, self._cache.put(resource, obj))

    def absent(self, resource: Resource, obj: Object) -> None:
        """A live read or a delete has shown that this incarnation is gone."""
        self._freshness.forget(obj)
        self._take(resource, self._cache.remove(resource, obj, version=math.inf))

    def gone(self, key: Key) -> Collection[str]:
        """Uids of the objects of that name that have gone and left children behind, maybe."""
        return tuple(self._gone.get(key, ()))

    def cleared(self, key: Key, uids: Collection[str]) -> None:
        """Nothing that these objects of that name left is to be deleted any more."""
        left = self._gone.get(key, set()).difference(uids)
        if left:
            self._gone[key] = left
        else:
            self._gone.pop(key, None)

    def enqueue_all(self, lane: Lane | None = None) -> None:
        """Every object of every kind; without `lane`, each in the lane it deserves."""
        for resource in self._by_resource:
            for obj in self._cache.all(resource):
                self._add(_key(resource, obj), lane or _lane(obj))

    def _store(self, resource: Resource, obj: Object, gone: bool) -> Update | None:
        return self._cache.remove(resource, obj) if gone else self._cache.put(resource, obj)

    def _take(self, resource: Resource, change: Update | None, but: Key | None = None) -> None:
        if change is None:
            return
        if change.current is None and change.previous is not None:
            self._memory.forget(change.previous["metadata"]["uid"])
            self._held.release(change.previous["metadata"]["uid"])
        if not self.active:
            return
        states = [state for state in (change.current, change.previous) if state is not None]
        if resource in self._by_resource:
            key = _key(resource, states[0])
            if change.current is None:
                self._gone.setdefault(key, set()).add(states[0]["metadata"]["uid"])
            if key != but:
                self._add(key, _lane(states[0]))
        for state in states:
            # The state before counts as well: an owner or a referrer that lost it must know.
            for key in self._concerned(resource, state):
                if key != but:
                    self._add(key, Lane.CHANGES)

    def _concerned(self, resource: Resource, obj: Object) -> Iterable[Key]:
        owner = controller_of(obj)
        if owner is not None:
            group = owner["apiVersion"].rpartition("/")[0]
            if (owner["kind"], group) in self._by_owner:
                yield Key(owner["kind"], obj["metadata"]["namespace"], owner["name"])
        for controller in self._controllers:
            try:
                yield from controller.dependents(obj, resource, self._cache)
            except Exception as error:
                # An object that one controller cannot read must not stop the watch for all.
                kind = controller.resource.kind
                self._metrics.reconcile_errors.labels(kind, type(error).__name__).inc()
                logger.exception("dependents of %s for %s failed", _key(resource, obj), kind)

    def _add(self, key: Key, lane: Lane) -> None:
        self._queue.add(key, lane)


def _key(resource: Resource, obj: Object) -> Key:
    metadata = obj["metadata"]
    return Key(resource.kind, metadata["namespace"], metadata["name"])


def _lane(obj: Object) -> Lane:
    """An object that nobody has looked at yet is a submission; anything else is a change.

    One with an owner was submitted with that: what is begun comes before what is not.
    """
    if (obj.get("status") or {}).get("observedGeneration", -1) != -1:
        return Lane.CHANGES
    return Lane.NEW if controller_of(obj) is None else Lane.BEGUN
