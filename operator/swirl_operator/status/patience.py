"""Which statuses can wait: those on the way from one thing that somebody waits for to the next."""

from __future__ import annotations

from swirl_operator.runtime.interface import Object


def on_the_way(before: Object, after: Object) -> bool:
    """Whether `after` says no more than how far something is that was under way before.

    So it is as long as `Ready` stays `Unknown` and no other condition begins or ceases to hold: who
    waits for the end does not miss it, and who asks is told a little later.
    """
    said, known = _states(after), _states(before)
    return said.get("Ready") == "Unknown" and known in ({}, said)


def _states(status: Object) -> dict[str, str]:
    return {item["type"]: item["status"] for item in status.get("conditions") or ()}
