"""Copies of Secrets into the namespaces that need them.

Secrets are neither listed nor watched: that would let the operator read all of a cluster's. Each
copy is compared by its name, live, whenever its namespace is looked at; nothing is remembered.
"""

from __future__ import annotations

from collections.abc import Callable

from swirl.kube.errors import ApiError, NotFound
from swirl.kube.resources import Resource
from swirl_operator.runtime.api import Api
from swirl_operator.runtime.interface import ChildFailure, Copy, Object, Plan, Ref
from swirl_operator.runtime.owner import adopt, is_controlled_by
from swirl_operator.runtime.writer import is_outage

_CONTENT = ("type", "data")


class Copier:
    """Carries out the copies of a plan."""

    def __init__(self, *, api: Api, fence: Callable[[], None]) -> None:
        self._api = api
        self._fence = fence

    async def write(
        self, parent: Object, parent_resource: Resource, plan: Plan
    ) -> tuple[int, list[ChildFailure]]:
        """Number of Secrets changed, and what was refused. One refusal does not stop the rest."""
        written = 0
        failures: list[ChildFailure] = []
        for copy in plan.copy:
            ref = Ref(copy.source.resource, parent["metadata"]["namespace"], copy.source.name)
            try:
                if copy.present:
                    written += await self._make(ref, copy, parent, parent_resource)
                else:
                    written += await self._withdraw(ref, parent)
            except ApiError as error:
                if is_outage(error):
                    raise
                failures.append(ChildFailure(ref, error.code, error.reason, error.message))
        return written, failures

    async def _make(self, ref: Ref, copy: Copy, parent: Object, parent_resource: Resource) -> int:
        source = await self._get(copy.source)
        if source is None:
            raise NotFound(
                404,
                "NotFound",
                f"namespace {copy.source.namespace} has none to copy; make it there",
            )
        live = await self._get(ref)
        if live is not None and not is_controlled_by(live, parent):
            # Somebody else's, who gave the namespace a Secret of that name on purpose.
            return 0
        content = {field: source[field] for field in _CONTENT if field in source}
        if live is not None and all(live.get(field) == source.get(field) for field in _CONTENT):
            return 0
        manifest: Object = {
            "apiVersion": ref.resource.api_version,
            "kind": ref.resource.kind,
            "metadata": {"name": ref.name},
            **content,
        }
        self._fence()
        # The first one without force: should somebody else make it right now, it is theirs.
        await self._api.apply(
            ref.resource, adopt(manifest, parent, parent_resource), force=live is not None
        )
        return 1

    async def _withdraw(self, ref: Ref, parent: Object) -> int:
        live = await self._get(ref)
        if live is None or not is_controlled_by(live, parent):
            return 0
        self._fence()
        await self._api.delete(Ref(ref.resource, ref.namespace, ref.name, live["metadata"]["uid"]))
        return 1

    async def _get(self, ref: Ref) -> Object | None:
        try:
            return await self._api.get(ref.resource, ref.namespace, ref.name)
        except NotFound:
            return None
