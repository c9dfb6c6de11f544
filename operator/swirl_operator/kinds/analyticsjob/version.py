"""What a job's version is called, and what tells it from the one before it."""

from __future__ import annotations

from collections.abc import Iterable

from swirl.wire import labels
from swirl.wire.change import Aspect
from swirl_operator.kinds.runs import job_spec_of
from swirl_operator.kinds.versions import is_same_version, written_of_job
from swirl_operator.runtime.digest import short_digest
from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.objects import labels_of

_CODE = ("image", "entryPoint")


def spec_hash(spec: Object) -> str:
    """The version: eight hex digits over what the user wrote."""
    return short_digest(written_of_job(spec))


def version_of(spec: Object, runs: Iterable[Object]) -> str:
    """The version of a job's spec: that of the newest run that was made for just this spec.

    Without one, the spec's hash. A run's label is what its version was called when it was made, so
    no job moves should what counts ever change.
    """
    version = spec_hash(spec)
    named: list[tuple[str, str]] = []
    for run in runs:
        label = labels_of(run).get(labels.SPEC_HASH)
        if label == version:
            return version
        carried = job_spec_of(run)
        if label and carried is not None and is_same_version(carried, spec):
            named.append((run["metadata"].get("creationTimestamp") or "", label))
    return max(named)[1] if named else version


def aspect_changed(before: Object | None, after: Object) -> Aspect:
    """Code, if the image or the function is another one, or if there is nothing to compare with."""
    if before is None:
        return "Code"
    if any(before.get(key) != after.get(key) for key in _CODE):
        return "Code"
    return "Configuration"
