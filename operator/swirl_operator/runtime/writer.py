"""Carries out the children part of a plan: create, apply, delete.

Nothing that this parent does not control is ever changed; a taken name is a failure which the
planner is told about like any other refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from swirl.kube.errors import (
    AlreadyExists,
    ApiError,
    Conflict,
    NotFound,
    ServerError,
    TooManyRequests,
    Unauthorized,
    Unreachable,
)
from swirl.kube.resources import Resource
from swirl_operator.runtime.api import Api
from swirl_operator.runtime.apply import WriteMemory, manifest_hash, stamped
from swirl_operator.runtime.cache import Cache
from swirl_operator.runtime.interface import ChildFailure, Object, Plan, Ref
from swirl_operator.runtime.key import Key
from swirl_operator.runtime.owner import ForeignObject, adopt, is_controlled_by
from swirl_operator.runtime.router import Router

_MOST_FOUND_GOOD = 1000


class StaleObservation(Exception):
    """The cluster is not as the plan assumed; the cache is right now, so plan again at once."""


class UnknownResource(Exception):
    """A planner made an object of a kind that its controller does not declare in `owns`."""


class ChildWriter:
    """Writes children of one parent at a time.

    Holds no state of its own but memories, which cost requests when they are lost.
    """

    def __init__(
        self,
        *,
        api: Api,
        cache: Cache,
        router: Router,
        memory: WriteMemory,
        fence: Callable[[], None],
    ) -> None:
        self._api = api
        self._cache = cache
        self._router = router
        self._memory = memory
        self._fence = fence
        self._found_good: dict[str, None] = {}
        self._resources = {(r.api_version, r.kind): r for r in router.resources}

    async def write(
        self, key: Key, parent: Object, parent_resource: Resource, plan: Plan
    ) -> tuple[int, list[ChildFailure]]:
        """Number of objects changed, and what was refused. One refusal does not stop the rest."""
        written = 0
        failures = await self._check(plan.check)
        if failures:
            return 0, failures
        for write, manifests in ((self._create, plan.create), (self._apply, plan.apply)):
            for manifest in manifests:
                resource = self._resource(manifest)
                child = adopt(manifest, parent, parent_resource)
                try:
                    written += await write(key, parent, resource, child)
                except ForeignObject as error:
                    failures.append(_failure(resource, child, 409, error.reason, str(error)))
                except ApiError as error:
                    if is_outage(error):
                        raise
                    failures.append(
                        _failure(resource, child, error.code, error.reason, error.message)
                    )
        for ref in plan.delete:
            written += await self._delete(ref)
        return written, failures

    async def _check(self, manifests: Sequence[Object]) -> list[ChildFailure]:
        failures = []
        for manifest in manifests:
            digest = manifest_hash(manifest)
            if digest in self._found_good:
                continue
            resource = self._resource(manifest)
            try:
                await self._api.check(resource, manifest)
            except AlreadyExists:
                # Judged all the same; only the name is taken.
                pass
            except ApiError as error:
                if is_outage(error):
                    raise
                if not _is_quota(error) and not _is_unasked(error):
                    failures.append(
                        _failure(resource, manifest, error.code, error.reason, error.message)
                    )
                    continue
            self._found_good[digest] = None
            if len(self._found_good) > _MOST_FOUND_GOOD:
                del self._found_good[next(iter(self._found_good))]
        return failures

    async def _create(self, key: Key, parent: Object, resource: Resource, child: Object) -> int:
        cached = self._cached(resource, child)
        if cached is not None and is_controlled_by(cached, parent):
            return 0
        self._fence()
        try:
            answer = await self._api.create(resource, child)
        except AlreadyExists:
            await self._ours(parent, resource, child)
            return 0
        self._router.wrote(resource, answer, by=key)
        return 1

    async def _apply(self, key: Key, parent: Object, resource: Resource, child: Object) -> int:
        manifest = stamped(child)
        live = self._cached(resource, child)
        if live is None:
            try:
                live = await self._ours(parent, resource, child)
            except NotFound:
                live = None
        elif not is_controlled_by(live, parent):
            raise ForeignObject(live, resource, parent)
        if live is None:
            return await self._first_apply(key, parent, resource, manifest)
        if self._memory.is_applied(manifest, live):
            return 0
        self._fence()
        uid = live["metadata"]["uid"]
        body = {**manifest, "metadata": {**manifest["metadata"], "uid": uid}}
        try:
            answer = await self._api.apply(resource, body, force=True)
        except Conflict as error:
            # With force the only conflict left is the uid: another incarnation has the name.
            self._router.absent(resource, live)
            raise StaleObservation(str(error)) from error
        self._applied(key, resource, manifest, answer)
        return 1

    async def _first_apply(
        self, key: Key, parent: Object, resource: Resource, manifest: Object
    ) -> int:
        """Without force: should somebody else make the object right now, we get a conflict."""
        self._fence()
        try:
            answer = await self._api.apply(resource, manifest, force=False)
        except Conflict as error:
            await self._ours(parent, resource, manifest)
            raise StaleObservation(str(error)) from error
        self._applied(key, resource, manifest, answer)
        return 1

    def _applied(self, key: Key, resource: Resource, manifest: Object, answer: Object) -> None:
        self._memory.applied(manifest, answer)
        self._router.wrote(resource, answer, by=key)

    async def _ours(self, parent: Object, resource: Resource, child: Object) -> Object:
        """The live object of that name, now cached; `ForeignObject` if it is not ours."""
        metadata = child["metadata"]
        live = await self._api.get(resource, metadata["namespace"], metadata["name"])
        if not is_controlled_by(live, parent):
            raise ForeignObject(live, resource, parent)
        self._router.found(resource, live)
        return live

    async def _delete(self, ref: Ref) -> int:
        cached = self._cache.get(ref.resource, ref.namespace, ref.name)
        if cached is not None and cached["metadata"].get("deletionTimestamp"):
            return 0
        self._fence()
        try:
            answer = await self._api.delete(ref)
        except (NotFound, Conflict):
            if cached is not None and ref.uid in (None, cached["metadata"]["uid"]):
                self._router.absent(ref.resource, cached)
            return 0
        if answer.get("kind") != "Status":
            # Pods end gracefully, objects with finalizers wait: what came back still exists.
            self._router.found(ref.resource, answer)
        elif cached is not None:
            self._router.absent(ref.resource, cached)
        return 1

    def _cached(self, resource: Resource, child: Object) -> Object | None:
        metadata = child["metadata"]
        return self._cache.get(resource, metadata["namespace"], metadata["name"])

    def _resource(self, manifest: Object) -> Resource:
        try:
            return self._resources[manifest["apiVersion"], manifest["kind"]]
        except KeyError as error:
            raise UnknownResource(
                f"{manifest.get('apiVersion')} {manifest.get('kind')} is not owned by any "
                f"controller, so nothing would watch it"
            ) from error


def _is_quota(error: ApiError) -> bool:
    return "exceeded quota" in error.message


def _is_unasked(error: ApiError) -> bool:
    """A webhook with side effects is not asked in a dry run: nothing was said of the object."""
    return "does not support dry run" in error.message


def as_refs(failures: Sequence[ChildFailure]) -> str:
    return ", ".join(f"{f.ref.resource.kind} {f.ref.name} ({f.reason})" for f in failures)


def is_outage(error: ApiError) -> bool:
    """Worth a retry and not worth a condition: the request was never judged on its merits.

    A plain 500 is the exception among the 5xx: admission webhooks that fail are reported so.
    """
    if isinstance(error, Unreachable | TooManyRequests | Unauthorized | Conflict):
        return True
    return isinstance(error, ServerError) and error.code != 500


def _failure(
    resource: Resource, child: Object, code: int, reason: str, message: str
) -> ChildFailure:
    metadata = child["metadata"]
    ref = Ref(resource, metadata["namespace"], metadata["name"])
    return ChildFailure(ref, code, reason, message)
