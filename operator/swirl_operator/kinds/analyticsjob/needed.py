"""Which runs somebody still needs, however old they are. Pure.

A run that is deleted takes its outcome along: going back to its version would train anew, and a
server could not tell where its model came from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from swirl_operator.kinds.runs import run_name
from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.objects import status_of


def needed(job: str, version: str, change: Object | None, servers: Sequence[Object]) -> set[str]:
    """Names of the runs that somebody needs.

    These are the present version's run, the one before it, and those whose models the ModelServers
    of the namespace serve, are about to serve, or ask for.
    """
    found = {run_name(job, version), *_served(servers)}
    if change is not None and change.get("from"):
        found.add(run_name(job, change["from"]))
    return found


def _served(servers: Sequence[Object]) -> Iterator[str]:
    for server in servers:
        status = status_of(server)
        for name in (
            status.get("version"),
            status.get("wantedVersion"),
            server["spec"]["model"].get("run"),
        ):
            if name:
                yield str(name)
