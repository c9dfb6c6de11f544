"""Are the watches alive? Silence proves nothing on a quiet cluster, so known changes are used.

Whatever the operator writes, and whatever a relist finds to be newer than the cache, must come
through the watch as well. What does not within the grace period shows a watch that has died
without an error, and the process says so to its liveness probe.
"""

from __future__ import annotations

from dataclasses import dataclass

from swirl.kube.resources import Resource
from swirl_operator.runtime.cache import version_of
from swirl_operator.runtime.interface import Object


@dataclass(slots=True)
class _Expectation:
    resource: Resource
    version: int
    since: float


class Freshness:
    """Known changes that the watches have yet to deliver."""

    def __init__(self, *, grace: float) -> None:
        self._grace = grace
        self._expected: dict[str, _Expectation] = {}

    def expect(self, resource: Resource, obj: Object, now: float) -> None:
        """`obj` was got in another way than by the watch."""
        uid, version = obj["metadata"]["uid"], version_of(obj)
        known = self._expected.get(uid)
        if known is None:
            self._expected[uid] = _Expectation(resource, version, now)
        elif version > known.version:
            known.version = version

    def delivered(self, obj: Object, now: float, *, gone: bool = False) -> None:
        """The watch delivered `obj`; an older state of it is progress, not yet the answer."""
        uid = obj["metadata"]["uid"]
        known = self._expected.get(uid)
        if known is None:
            return
        if gone or version_of(obj) >= known.version:
            del self._expected[uid]
        else:
            known.since = now

    def forget(self, obj: Object) -> None:
        """A relist has shown that `obj` is gone; nothing more can be delivered about it."""
        self._expected.pop(obj["metadata"]["uid"], None)

    def suspicious(self, now: float) -> bool:
        """Half of the grace period has passed: time to look whether the object still exists.

        A watch that had to start over never tells about what was deleted meanwhile.
        """
        return any(now - known.since > self._grace / 2 for known in self._expected.values())

    def overdue(self, now: float) -> dict[str, float]:
        """Plural of each resource with a late watch, and how late it is in seconds."""
        late: dict[str, float] = {}
        for known in self._expected.values():
            age = now - known.since
            if age > self._grace:
                late[known.resource.plural] = max(age, late.get(known.resource.plural, 0.0))
        return late
