"""Children whose parent is gone: deleted at once, where the garbage collector would come later.

The collector is the one that makes sure of it. It shares out some twenty requests a second over
all of a cluster, though, and needs two and more for each object: what belongs to a thousand jobs
goes for minutes, and with it the Pods that still work. Nothing is deleted here that it would leave:
only what nobody else owns, in the very state in which it was owned. `kubectl delete
--cascade=orphan` takes the owners off the children first, and whatever is refused is left to it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from swirl.kube.errors import ApiError, Conflict, NotFound
from swirl.kube.resources import Resource
from swirl_operator.runtime.api import Api
from swirl_operator.runtime.cache import Cache
from swirl_operator.runtime.interface import Object, Ref
from swirl_operator.runtime.key import Key
from swirl_operator.runtime.router import Router
from swirl_operator.runtime.writer import is_outage

logger = logging.getLogger(__name__)


class BereavedChildren:
    """Deletes what the parents that are gone have left."""

    def __init__(
        self, *, api: Api, cache: Cache, router: Router, fence: Callable[[], None]
    ) -> None:
        self._api = api
        self._cache = cache
        self._router = router
        self._fence = fence

    async def delete(self, key: Key, owned: Sequence[Resource]) -> None:
        """Delete the children of the objects of that name that are gone."""
        uids = self._router.gone(key)
        for uid in uids:
            for resource in owned:
                for child in self._cache.owned(uid, resource):
                    await self._delete(resource, child)
        if uids:
            self._router.cleared(key, uids)

    async def _delete(self, resource: Resource, child: Object) -> None:
        if not _is_alone(child):
            return
        self._fence()
        metadata = child["metadata"]
        ref = Ref(
            resource,
            metadata["namespace"],
            metadata["name"],
            metadata["uid"],
            metadata["resourceVersion"],
        )
        try:
            answer = await self._api.delete(ref)
        except NotFound:
            self._router.absent(resource, child)
        except Conflict:
            logger.debug(
                "%s %s was changed: left to the garbage collector", resource.kind, ref.name
            )
        except ApiError as error:
            if is_outage(error):
                raise
            logger.info("%s %s: left to the garbage collector: %s", resource.kind, ref.name, error)
        else:
            if answer.get("kind") == "Status":
                self._router.absent(resource, child)
            else:
                # A Pod ends gracefully: what came back still exists.
                self._router.found(resource, answer)


def _is_alone(child: Object) -> bool:
    metadata = child["metadata"]
    return not metadata.get("deletionTimestamp") and len(metadata["ownerReferences"]) == 1
