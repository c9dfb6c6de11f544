"""Which changes a roll-out of a ModelServer is: of its model, code, configuration, or Swirl. Pure.

What is decided stands in the status before it is rolled out, so this compares intentions, and what
the cluster makes of them does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from swirl.api.v1alpha1.modelserver import ModelServerSpec
from swirl.wire.change import Aspect
from swirl_operator.kinds.modelserver.source import Served
from swirl_operator.kinds.versions import written
from swirl_operator.pods.image import digest, has_moved, moved_event
from swirl_operator.runtime.digest import short_digest
from swirl_operator.runtime.interface import Event, Object
from swirl_operator.status.changes import Outbox, Subject

_LONGEST_VERSION = 128
_DEFAULT = ModelServerSpec.model_validate({"model": {"uri": "file:///-"}})


def configuration_of(spec: ModelServerSpec) -> str:
    """Digest of what the user wrote of how the model is served."""
    settings = {"runtime", "resources", "env", "env_from", "pod"}
    return short_digest(written(spec, _DEFAULT, settings))


@dataclass(frozen=True, slots=True)
class Moved:
    """Two builds of one image name, as kubelets say them: what ran before, and what runs now."""

    before: str
    now: str


def moved(before: Object, image: str, build: str | None) -> Moved | None:
    """Whether the replicas run another build than the status `before` knows of that image."""
    known = before.get("imageID")
    if known is None or build is None or before.get("image") != image:
        return None
    return Moved(known, build) if has_moved(known, build) else None


def image_events(before: Object, status: Object) -> tuple[Event, ...]:
    """What to tell about the image when `status` follows on the status `before`."""
    found = moved(before, status["image"], status.get("imageID"))
    return () if found is None else (moved_event(status["image"], found.before, found.now),)


def outbox(
    subject: Subject,
    before: Object,
    *,
    wanted: Served,
    image: str,
    own_image: bool,
    configuration: str,
    moved: Moved | None,
    done: bool,
    now: datetime,
) -> Outbox:
    """The outbox of the status `before`, with the changes that begin or end now.

    A new model and a new image at once are two changes: either may be to blame. An image that is
    another one although the user wrote nothing is Swirl's own, and so is that change. So is
    another build of an image that the user did not choose.
    """
    box = Outbox.of(before)
    known = before.get("wantedVersion"), before.get("digest")
    # A run that was deleted and run again publishes another model under the same version.
    model = known != (wanted.version, wanted.digest)
    replaced = before.get("image") not in (None, image)
    former = before.get("configuration")
    rewritten = former not in (None, configuration)
    began = model or replaced or rewritten or box.last is None
    if model or box.last is None:
        version = before.get("wantedVersion")
        box = box.begin(subject, aspect="Model", to=wanted.version, before=version, now=now)
    if replaced:
        aspect: Aspect = "Code" if rewritten or own_image else "Platform"
        box = box.begin(
            subject, aspect=aspect, to=_version(image), before=_version(before["image"]), now=now
        )
    elif moved is not None and not (model or rewritten):
        began = True
        box = box.begin(
            subject,
            aspect="Code" if own_image else "Platform",
            to=digest(moved.now),
            before=digest(moved.before),
            now=now,
        )
    elif rewritten:
        box = box.begin(subject, aspect="Configuration", to=configuration, before=former, now=now)
    return box.finish(now) if done and not began else box


def _version(image: str) -> str:
    """The end of a long name is what tells versions apart."""
    return image[-_LONGEST_VERSION:]
