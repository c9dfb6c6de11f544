"""Resources of a container: what its user says of them, completed. Pure."""

from __future__ import annotations

from swirl.api.meta import Amounts, Resources
from swirl_operator.pods.builder import resources
from swirl_operator.runtime.interface import Object


def cpu_of(said: Resources | None, *, default: str) -> tuple[str, str | None]:
    """CPU to request, and the limit if the user wants one.

    Without one a container takes what is left; one that is short of CPU waits and does no harm.
    """
    requests, limits = _amounts(said)
    return requests.cpu or limits.cpu or default, limits.cpu


def container_resources(said: Resources | None, *, cpu: str, memory: str) -> Object:
    """What stands in the container: requests are the limits where absent, else as given here.

    Memory always has a limit: a container that takes more brings its neighbours down.
    """
    requests, limits = _amounts(said)
    wanted = requests.memory or limits.memory or memory
    request, limit = cpu_of(said, default=cpu)
    found = resources(cpu=request, memory=wanted, memory_limit=limits.memory)
    if limit is not None:
        found["limits"]["cpu"] = limit
    return found


def _amounts(said: Resources | None) -> tuple[Amounts, Amounts]:
    if said is None:
        return Amounts(), Amounts()
    return said.requests or Amounts(), said.limits or Amounts()
