"""Whether a job's image is another build under the same name than its last driver ran. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from swirl_operator.kinds.runs import job_spec_of
from swirl_operator.pods.image import has_moved, moved_event
from swirl_operator.runtime.interface import Event, Object
from swirl_operator.runtime.objects import status_of


@dataclass(frozen=True, slots=True)
class Ran:
    """What the last driver of the present version ran.

    Attributes:
        image: the build, as the kubelet says; None if nobody knows.
        moved_from: the build before, if the name stands for another one now.
        name: of the image.
    """

    image: str | None = None
    moved_from: str | None = None
    name: str = ""


def of_run(run: Object | None, version: str, before: Object) -> Ran:
    """Reads the run of that version, beside the status `before` of its job."""
    known = before.get("imageID") if before.get("specHash") == version else None
    if run is None:
        return Ran(known)
    builds = [item.get("imageID") for item in status_of(run).get("attempts") or ()]
    now = next((build for build in reversed(builds) if build), None)
    if now is None:
        return Ran(known)
    name = str((job_spec_of(run) or {}).get("image") or "")
    return Ran(now, known if has_moved(known, now) else None, name)


def events(ran: Ran) -> tuple[Event, ...]:
    """What to tell about it."""
    if ran.moved_from is None or ran.image is None:
        return ()
    return (moved_event(ran.name, ran.moved_from, ran.image),)
