"""One reconcile of one object: observe, plan, and carry the plan out in the contract's order."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol

from swirl_operator.runtime.announce import Announcer
from swirl_operator.runtime.api import Api
from swirl_operator.runtime.apply import WriteMemory, status_patch
from swirl_operator.runtime.cache import Cache
from swirl_operator.runtime.errors import ApiError, Conflict, Invalid, NotFound
from swirl_operator.runtime.interface import (
    ChildFailure,
    Controller,
    Event,
    Object,
    Observation,
    Plan,
    Ref,
)
from swirl_operator.runtime.metrics import Metrics
from swirl_operator.runtime.owner import is_controlled_by
from swirl_operator.runtime.resources import Key
from swirl_operator.runtime.router import Router
from swirl_operator.runtime.writer import ChildWriter, StaleObservation, as_refs

logger = logging.getLogger(__name__)

_CONFIRM_ROUNDS = 8
_IDLE_REPEAT = 1.0


class Undecided(Exception):
    """The planner keeps asking for the same live read; retried with backoff."""


class EventPoster(Protocol):
    def post(self, obj: Object, event: Event) -> None: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the worker needs to know. `retry` means backoff, with `requeue_after` as a cap."""

    result: str
    requeue_after: float | None = None
    retry: bool = False


@dataclass(slots=True)
class _Round:
    """One object's state while it is being reconciled."""

    key: Key
    controller: Controller
    confirmed: set[Ref] = field(default_factory=set)
    invalid: bool = False


class Reconciler:
    """Turns a key into an `Outcome`; raises what should be retried with backoff."""

    def __init__(
        self,
        *,
        controllers: Sequence[Controller],
        api: Api,
        cache: Cache,
        router: Router,
        announcer: Announcer,
        events: EventPoster,
        metrics: Metrics,
        memory: WriteMemory,
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
        self._fence = fence
        self._now = now
        self._memory = memory
        self._writer = ChildWriter(api=api, cache=cache, router=router, memory=memory, fence=fence)

    async def reconcile(self, key: Key) -> Outcome:
        controller = self._controllers[key.kind]
        obj = self._cache.get(controller.resource, key.namespace, key.name)
        if obj is None:
            return Outcome("gone")
        if obj["metadata"].get("deletionTimestamp"):
            # Children follow through their ownerReferences; making new ones would be wrong.
            return Outcome("deleting")
        turn = _Round(key, controller)
        try:
            obj, plan = await self._decide(turn, obj)
            return await self._execute(turn, obj, plan)
        except StaleObservation:
            return Outcome("stale", requeue_after=0)

    async def _decide(self, turn: _Round, obj: Object) -> tuple[Object, Plan]:
        """Plan until the planner needs no further live read."""
        for _ in range(_CONFIRM_ROUNDS):
            plan = self._plan(turn, obj, ())
            if not plan.confirm_absent:
                return obj, plan
            again = turn.confirmed.intersection(plan.confirm_absent)
            if again:
                raise Undecided(f"asked twice to confirm the absence of {_names(again)}")
            for ref in plan.confirm_absent:
                await self._confirm(turn, obj, ref)
            obj = (
                self._cache.get(turn.controller.resource, turn.key.namespace, turn.key.name) or obj
            )
        raise Undecided(f"still in doubt after {_CONFIRM_ROUNDS} rounds of live reads")

    def _plan(self, turn: _Round, obj: Object, failures: Sequence[ChildFailure]) -> Plan:
        observation = Observation(
            obj=obj,
            children={
                resource.plural: self._cache.owned(obj["metadata"]["uid"], resource)
                for resource in turn.controller.owns
            },
            related={},
            now=self._now(),
            confirmed_absent=frozenset(turn.confirmed),
            failures=tuple(failures),
        )
        try:
            related = turn.controller.related(obj, self._cache)
            observation = replace(observation, related=related)
            return turn.controller.plan(observation)
        except Exception as error:
            # The object marks itself; whatever is wrong with it stays its own problem.
            turn.invalid = True
            self._metrics.reconcile_errors.labels(turn.key.kind, type(error).__name__).inc()
            # A spec that does not validate is its author's business and needs no traceback here.
            expected = isinstance(error, ValueError)
            logger.warning("%s: cannot be planned: %s", turn.key, error, exc_info=not expected)
            return turn.controller.invalid(observation, error)

    async def _confirm(self, turn: _Round, obj: Object, ref: Ref) -> None:
        cached = self._cache.get(ref.resource, ref.namespace, ref.name)
        try:
            live = await self._api.get(ref.resource, ref.namespace, ref.name)
        except NotFound:
            if cached is not None:
                self._router.absent(ref.resource, cached)
            turn.confirmed.add(ref)
            return
        other = ref.uid is not None and live["metadata"]["uid"] != ref.uid
        foreign = not self._router.is_kind(ref.resource) and not is_controlled_by(live, obj)
        if other and cached is not None and cached["metadata"]["uid"] == ref.uid:
            self._router.absent(ref.resource, cached)
        if not foreign:
            self._router.found(ref.resource, live)
        if other or foreign:
            turn.confirmed.add(ref)

    async def _execute(self, turn: _Round, obj: Object, plan: Plan) -> Outcome:
        resource = turn.controller.resource
        written, failures = await self._writer.write(turn.key, obj, resource, plan)
        if failures:
            logger.warning("%s: refused: %s", turn.key, as_refs(failures))
            plan = self._plan(turn, obj, failures)
        if plan.announce:
            # After the children: a Kafka that is away must not keep them from being made.
            self._fence()
            await self._announcer.announce(plan.announce)
        wrote_status = await self._write_status(turn, obj, plan.status)
        if wrote_status or plan.status is None:
            for event in plan.events:
                self._events.post(obj, event)
        after = plan.requeue_after
        if failures:
            return Outcome("refused", requeue_after=after if after else None, retry=True)
        if after is not None and after <= 0 and not written and not wrote_status:
            # Nothing was changed, so the same plan would come again: never in a tight loop.
            after = _IDLE_REPEAT
        return Outcome("invalid" if turn.invalid else "ok", requeue_after=after)

    async def _write_status(self, turn: _Round, obj: Object, status: Object | None) -> bool:
        """Whether a status was written. A lost race makes the cache right and raises."""
        if status is None:
            return False
        resource, uid = turn.controller.resource, obj["metadata"]["uid"]
        if self._memory.is_status_settled(status, obj, self._cache.status_fields(uid)):
            return False
        self._fence()
        try:
            answer = await self._api.apply_status(resource, status_patch(obj, resource, status))
        except (Conflict, NotFound, Invalid) as error:
            await self._refresh(turn.key, obj, error)
            raise StaleObservation(str(error)) from error
        self._memory.status_written(status, answer)
        self._router.wrote(resource, answer, by=turn.key)
        if (obj.get("status") or {}).get("observedGeneration", -1) == -1:
            self._metrics.first_status.labels(turn.key.kind).observe(self._age(obj))
        return True

    async def _refresh(self, key: Key, obj: Object, error: ApiError) -> None:
        """Bring the cache up to date after a refused status; the refusal stands if it was."""
        resource = self._controllers[key.kind].resource
        try:
            live = await self._api.get(resource, key.namespace, key.name)
        except NotFound:
            self._router.absent(resource, obj)
            return
        if live["metadata"]["uid"] != obj["metadata"]["uid"]:
            self._router.absent(resource, obj)
        elif live["metadata"]["resourceVersion"] == obj["metadata"]["resourceVersion"]:
            raise error
        self._router.found(resource, live)

    def _age(self, obj: Object) -> float:
        created = datetime.fromisoformat(obj["metadata"]["creationTimestamp"])
        return max(0.0, (self._now() - created).total_seconds())


def _names(refs: set[Ref]) -> str:
    return ", ".join(sorted(f"{r.resource.kind} {r.namespace}/{r.name}" for r in refs))
