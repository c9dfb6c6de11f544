"""Which build of an image a Pod runs, as its kubelet says: a tag may have moved. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from swirl_operator.runtime.interface import Event, Object
from swirl_operator.runtime.objects import status_of
from swirl_operator.status.reasons import Reason

_LONGEST = 512


def image_id(pod: Object, container: str) -> str | None:
    """What the container runs: `REPOSITORY@sha256:…` of a pulled image, `sha256:…` of a local one.

    None while the kubelet has not said it.
    """
    for status in status_of(pod).get("containerStatuses") or ():
        if status.get("name") == container and status.get("imageID"):
            return str(status["imageID"])[-_LONGEST:]
    return None


def has_moved(before: str | None, now: str | None) -> bool:
    """Whether two containers of one image name run different builds of it.

    A pulled image is told by the digest of its manifest and an imported one by that of its
    configuration; of such a pair nothing can be said.
    """
    if before is None or now is None or ("@" in before) != ("@" in now):
        return False
    return digest(before) != digest(now)


def digest(image: str) -> str:
    """Of what `image_id` gives, the part that is the same in every registry."""
    return image.rpartition("@")[2]


def moved_event(name: str, before: str, now: str) -> Event:
    """What to tell when an image's name stands for another build than before."""
    text = (
        f"Image {name} is {digest(now)} now and was {digest(before)}: its tag was moved. To run "
        "what was tested, name the image by its digest."
    )
    return Event("Warning", Reason.IMAGE_MOVED, text)


def common(images: Iterable[str | None]) -> str | None:
    """The build that all of them run; None if they differ or nothing is known."""
    found = {image for image in images if image is not None}
    return found.pop() if len(found) == 1 else None
