"""Carries out the status part of a plan: one server-side apply, none when it changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from swirl.kube.errors import ApiError, Conflict, Invalid, NotFound
from swirl.kube.resources import Resource
from swirl_operator.runtime.api import Api
from swirl_operator.runtime.apply import WriteMemory, status_patch
from swirl_operator.runtime.cache import Cache
from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.key import Key
from swirl_operator.runtime.metrics import Metrics
from swirl_operator.runtime.router import Router
from swirl_operator.runtime.writer import StaleObservation


class StatusWriter:
    """Writes statuses of reconciled objects; holds no state of its own but the memory."""

    def __init__(
        self,
        *,
        api: Api,
        cache: Cache,
        router: Router,
        memory: WriteMemory,
        metrics: Metrics,
        fence: Callable[[], None],
        now: Callable[[], datetime],
    ) -> None:
        self._api = api
        self._cache = cache
        self._router = router
        self._memory = memory
        self._metrics = metrics
        self._fence = fence
        self._now = now

    def is_settled(self, obj: Object, status: Object) -> bool:
        """Whether writing `status` would change nothing."""
        owned = self._cache.status_fields(obj["metadata"]["uid"])
        return self._memory.is_status_settled(status, obj, owned)

    async def write(self, key: Key, obj: Object, resource: Resource, status: Object) -> bool:
        """Whether a status was written. A lost race makes the cache right and raises.

        Raises:
            StaleObservation: the object is not as it was observed; plan again.
        """
        if self.is_settled(obj, status):
            return False
        self._fence()
        try:
            answer = await self._api.apply_status(resource, status_patch(obj, resource, status))
        except (Conflict, NotFound, Invalid) as error:
            await self._refresh(key, obj, resource, error)
            raise StaleObservation(str(error)) from error
        self._memory.status_written(status, answer)
        self._router.wrote(resource, answer, by=key)
        if (obj.get("status") or {}).get("observedGeneration", -1) == -1:
            self._metrics.first_status.labels(key.kind).observe(self._age(obj))
        return True

    async def _refresh(self, key: Key, obj: Object, resource: Resource, error: ApiError) -> None:
        """Bring the cache up to date after a refused status; the refusal stands if it was."""
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
