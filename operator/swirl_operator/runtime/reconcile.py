"""One reconcile of one object: observe, plan, and carry the plan out in the contract's order."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from swirl.kube.errors import Forbidden, NotFound
from swirl_operator.runtime.announce import AnnouncementFailed, Announcer
from swirl_operator.runtime.api import Api
from swirl_operator.runtime.apply import WriteMemory
from swirl_operator.runtime.bereaved import BereavedChildren
from swirl_operator.runtime.cache import Cache
from swirl_operator.runtime.copies import Copier
from swirl_operator.runtime.held import HeldStatuses
from swirl_operator.runtime.interface import (
    ChildFailure,
    Controller,
    Event,
    Object,
    Observation,
    Plan,
    Ref,
)
from swirl_operator.runtime.key import Key
from swirl_operator.runtime.metrics import Metrics
from swirl_operator.runtime.owner import is_controlled_by
from swirl_operator.runtime.router import Router
from swirl_operator.runtime.status import StatusWriter
from swirl_operator.runtime.writer import ChildWriter, StaleObservation, as_refs

logger = logging.getLogger(__name__)

_CONFIRM_ROUNDS = 8
_IDLE_REPEAT = 1.0


class Undecided(Exception):
    """The planner keeps asking for the same live read; retried with backoff."""


class EventPoster(Protocol):
    def post(self, obj: Object, event: Event) -> None: ...


@dataclass(frozen=True, slots=True)
class Result:
    """What the worker needs to know. `retry` means backoff, with `requeue_after` as a cap."""

    outcome: str
    requeue_after: float | None = None
    retry: bool = False


@dataclass(slots=True)
class _Request:
    """One object's state while it is being reconciled."""

    key: Key
    controller: Controller[Any]
    confirmed: set[Ref] = field(default_factory=set)
    events: dict[str, Sequence[Object]] = field(default_factory=dict)
    invalid: bool = False


class Reconciler:
    """Turns a key into a `Result`; raises what should be retried with backoff."""

    def __init__(
        self,
        *,
        controllers: Sequence[Controller[Any]],
        api: Api,
        cache: Cache,
        router: Router,
        announcer: Announcer,
        events: EventPoster,
        metrics: Metrics,
        memory: WriteMemory,
        held: HeldStatuses,
        fence: Callable[[], None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._controllers = {c.resource.kind: c for c in controllers}
        self._api = api
        self._cache = cache
        self._router = router
        self._announcer = announcer
        self._events = events
        self._metrics = metrics
        self._held = held
        self._fence = fence
        self._now = now
        self._children = ChildWriter(
            api=api, cache=cache, router=router, memory=memory, fence=fence
        )
        self._copies = Copier(api=api, fence=fence)
        self._bereaved = BereavedChildren(api=api, cache=cache, router=router, fence=fence)
        self._status = StatusWriter(
            api=api,
            cache=cache,
            router=router,
            memory=memory,
            metrics=metrics,
            fence=fence,
            now=now,
        )

    async def reconcile(self, key: Key) -> Result:
        controller = self._controllers[key.kind]
        await self._bereaved.delete(key, controller.owns)
        obj = self._cache.get(controller.resource, key.namespace, key.name)
        if obj is None:
            return Result("gone")
        if obj["metadata"].get("deletionTimestamp"):
            # Children follow through their ownerReferences; making new ones would be wrong.
            return Result("deleting")
        request = _Request(key, controller)
        try:
            obj, plan = await self._decide(request, obj)
            return await self._execute(request, obj, plan)
        except StaleObservation:
            return Result("stale", requeue_after=0)

    async def _decide(self, request: _Request, obj: Object) -> tuple[Object, Plan]:
        """Plan until the planner needs no further live read."""
        for _ in range(_CONFIRM_ROUNDS):
            plan = self._plan(request, obj, ())
            if plan.read_events:
                await self._read_events(request, plan.read_events)
                continue
            if not plan.confirm_absent:
                return obj, plan
            again = request.confirmed.intersection(plan.confirm_absent)
            if again:
                raise Undecided(f"asked twice to confirm the absence of {_names(again)}")
            for ref in plan.confirm_absent:
                await self._confirm(request, obj, ref)
            obj = (
                self._cache.get(
                    request.controller.resource, request.key.namespace, request.key.name
                )
                or obj
            )
        raise Undecided(f"still in doubt after {_CONFIRM_ROUNDS} rounds of live reads")

    def _plan(self, request: _Request, obj: Object, failures: Sequence[ChildFailure]) -> Plan:
        controller = request.controller
        obj = self._held.observed(obj, self._cache.status_fields(obj["metadata"]["uid"]))
        try:
            related = controller.related(obj, self._cache)
            return controller.plan(self._observe(request, obj, failures, related))
        except Exception as error:
            # The object marks itself; whatever is wrong with it stays its own problem.
            request.invalid = True
            self._metrics.reconcile_errors.labels(request.key.kind, type(error).__name__).inc()
            # A spec that does not validate is its author's business and needs no traceback here.
            expected = isinstance(error, ValueError)
            logger.warning("%s: cannot be planned: %s", request.key, error, exc_info=not expected)
            return controller.invalid(self._observe(request, obj, failures, None), error)

    def _observe(
        self, request: _Request, obj: Object, failures: Sequence[ChildFailure], related: Any
    ) -> Observation[Any]:
        return Observation(
            obj=obj,
            children={
                resource.plural: self._cache.owned(obj["metadata"]["uid"], resource)
                for resource in request.controller.owns
            },
            related=related,
            now=self._now(),
            confirmed_absent=frozenset(request.confirmed),
            failures=tuple(failures),
            events=request.events,
        )

    async def _read_events(self, request: _Request, refs: Sequence[Ref]) -> None:
        """Events only explain: an operator that may not read them says less, and works on."""
        for ref in refs:
            if ref.uid is None or ref.uid in request.events:
                raise Undecided(f"asked twice for the Events of {_names({ref})}")
            try:
                request.events[ref.uid] = await self._api.events_about(ref)
            except Forbidden as error:
                logger.warning("%s: the Events of its Pods cannot be read: %s", request.key, error)
                request.events[ref.uid] = ()

    async def _confirm(self, request: _Request, obj: Object, ref: Ref) -> None:
        cached = self._cache.get(ref.resource, ref.namespace, ref.name)
        try:
            live = await self._api.get(ref.resource, ref.namespace, ref.name)
        except NotFound:
            if cached is not None:
                self._router.absent(ref.resource, cached)
            request.confirmed.add(ref)
            return
        other = ref.uid is not None and live["metadata"]["uid"] != ref.uid
        foreign = not self._router.is_kind(ref.resource) and not is_controlled_by(live, obj)
        if other and cached is not None and cached["metadata"]["uid"] == ref.uid:
            self._router.absent(ref.resource, cached)
        if not foreign:
            self._router.found(ref.resource, live)
        if other or foreign:
            request.confirmed.add(ref)

    async def _execute(self, request: _Request, obj: Object, plan: Plan) -> Result:
        resource = request.controller.resource
        # Before what is deleted: copies to be withdrawn are known by the children that are left.
        copied, failures = await self._copies.write(obj, resource, plan)
        written, refused = await self._children.write(request.key, obj, resource, plan)
        written, failures = written + copied, [*failures, *refused]
        if failures:
            logger.warning("%s: refused: %s", request.key, as_refs(failures))
            plan = self._plan(request, obj, failures)
        status, away = plan.status, None
        if plan.announce:
            # After the children: a Kafka that is away must not keep them from being made.
            self._fence()
            try:
                await self._announcer.announce(plan.announce)
            except AnnouncementFailed as error:
                away = error
            else:
                status = plan.told or status
        told, wait = await self._tell(request, obj, status, plan)
        if away is not None:
            # Nor may it keep a status from being told.
            raise away
        after = plan.requeue_after
        if wait is not None:
            after = wait if after is None else min(after, wait)
        if failures:
            return Result("refused", requeue_after=after if after else None, retry=True)
        if after is not None and after <= 0 and not written and not told:
            # Nothing was changed, so the same plan would come again: never in a tight loop.
            after = _IDLE_REPEAT
        return Result("invalid" if request.invalid else "ok", requeue_after=after)

    async def _tell(
        self, request: _Request, obj: Object, status: Object | None, plan: Plan
    ) -> tuple[bool, float | None]:
        """Write the status, or keep it, and post the events.

        Returns:
            Whether anything is new, and after how many seconds a status that is kept is due.
        """
        resource = request.controller.resource
        if status is None:
            self._post(obj, plan.events)
            return False, None
        if plan.patient and not self._status.is_settled(obj, status):
            known = self._held.of(obj)
            wait = self._held.keep(obj, status, plan.events)
            if wait is not None:
                return known != status, wait
        wrote = await self._status.write(request.key, obj, resource, status)
        kept = self._held.release(obj["metadata"]["uid"])
        if wrote:
            # What was overtaken is no news any more, but trouble is worth a line.
            self._post(obj, [event for event in kept if event.type == "Warning" or plan.patient])
            self._post(obj, plan.events)
        return wrote, None

    def _post(self, obj: Object, events: Iterable[Event]) -> None:
        for event in events:
            self._events.post(obj, event)


def _names(refs: set[Ref]) -> str:
    return ", ".join(sorted(f"{r.resource.kind} {r.namespace}/{r.name}" for r in refs))
