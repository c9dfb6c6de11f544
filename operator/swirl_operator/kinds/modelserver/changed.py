"""Which changes a roll-out of a ModelServer is: of its model, its code, its configuration. Pure.

What is decided stands in the status before it is rolled out, so this compares intentions, and what
the cluster makes of them does not matter.
"""

from __future__ import annotations

from datetime import datetime

from swirl_operator.kinds.modelserver.source import Served
from swirl_operator.pods.deployment import image_of
from swirl_operator.pods.template import digest_of
from swirl_operator.runtime.interface import Object
from swirl_operator.status.changes import Outbox, Subject

_LONGEST_VERSION = 128


def outbox(
    subject: Subject,
    before: Object,
    *,
    wanted: Served,
    deployment: Object,
    done: bool,
    now: datetime,
) -> Outbox:
    """The outbox of the status `before`, with the changes that begin or end now.

    A new model and a new image at once are two changes: either may be to blame.
    """
    box = Outbox.of(before)
    image, template = image_of(deployment), digest_of(deployment)
    known = before.get("wantedVersion"), before.get("digest")
    # A run that was deleted and run again publishes another model under the same version.
    model = known != (wanted.version, wanted.digest)
    code = before.get("image") not in (None, image)
    began = model or code or box.last is None
    if model or box.last is None:
        former = before.get("wantedVersion")
        box = box.begin(subject, aspect="Model", to=wanted.version, before=former, now=now)
    if code:
        box = box.begin(
            subject, aspect="Code", to=_version(image), before=_version(before["image"]), now=now
        )
    if began:
        return box
    former = before.get("podTemplate")
    if former not in (None, template):
        return box.begin(subject, aspect="Configuration", to=template, before=former, now=now)
    return box.finish(now) if done else box


def _version(image: str) -> str:
    """The end of a long name is what tells versions apart."""
    return image[-_LONGEST_VERSION:]
