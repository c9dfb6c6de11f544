"""Resources of a container: what its user says of them, completed. Pure."""

from __future__ import annotations

from swirl.api.meta import Resources
from swirl_operator.pods.builder import resources
from swirl_operator.runtime.interface import Object

SPARKS = ("cpu", "memory")
"""What Spark itself puts into its executors' containers."""


def cpu_of(said: Resources | None, *, default: str) -> tuple[str, str | None]:
    """CPU to request, and the limit if the user wants one.

    Without one a container takes what is left; one that is short of CPU waits and does no harm.
    """
    requests, limits = _amounts(said)
    return requests.get("cpu") or limits.get("cpu") or default, limits.get("cpu")


def container_resources(
    said: Resources | None, *, cpu: str, memory: str, most_memory: str | None = None
) -> Object:
    """What stands in the container: requests are the limits where absent, else as given here.

    Memory always has a limit: a container that takes more brings its neighbours down. Of what is
    neither CPU nor memory everything stands as it was said.

    Args:
        said: by the user.
        cpu: to request where nothing is said.
        memory: likewise.
        most_memory: the limit where nothing is said of memory; None is what is requested.
    """
    requests, limits = _amounts(said)
    wanted = requests.get("memory") or limits.get("memory") or memory
    most = limits.get("memory") or (None if "memory" in requests else most_memory)
    request, limit = cpu_of(said, default=cpu)
    found = resources(cpu=request, memory=wanted, memory_limit=most)
    if limit is not None:
        found["limits"]["cpu"] = limit
    more = other_resources(said)
    return {part: {**amounts, **more.get(part, {})} for part, amounts in found.items()}


def other_resources(said: Resources | None) -> dict[str, dict[str, str]]:
    """Requests and limits of what is neither CPU nor memory; a part without any is left out."""
    parts = zip(("requests", "limits"), _amounts(said), strict=True)
    found = {
        part: {name: amount for name, amount in amounts.items() if name not in SPARKS}
        for part, amounts in parts
    }
    return {part: amounts for part, amounts in found.items() if amounts}


def _amounts(said: Resources | None) -> tuple[dict[str, str], dict[str, str]]:
    return ({}, {}) if said is None else (said.requests, said.limits)
