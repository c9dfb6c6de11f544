"""What a job's version is called, and what tells it from the one before it."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import ValidationError

from swirl.api.v1alpha1.analyticsjob import AnalyticsJobSpec
from swirl.wire import labels
from swirl.wire.change import Aspect
from swirl_operator.kinds import versions
from swirl_operator.kinds.runs import job_spec_of
from swirl_operator.runtime.digest import short_digest
from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.objects import labels_of

_DECIDE = {
    "mode",
    "image",
    "entry_point",
    "parameters",
    "env",
    "env_from",
    "pod",
    "spark",
    "service_account_name",
    "timeout_seconds",
}
"""What the outcome of a run can depend on."""

_CODE = ("image", "entryPoint")
_REQUIRED = {"mode": "Batch", "image": "-", "entryPoint": {"function": "a:b"}}
_DEFAULT = AnalyticsJobSpec.model_validate(_REQUIRED)


def written(spec: Object) -> Object:
    """What the user wrote of what the outcome of a run can depend on.

    Raises:
        ValidationError: it is no spec of a job.
    """
    # What every spec has to have must not look like a default.
    parsed = AnalyticsJobSpec.model_validate(spec)
    required = {name: spec[name] for name in _REQUIRED}
    return required | versions.written(parsed, _DEFAULT, _DECIDE)


def spec_hash(spec: Object) -> str:
    """The version: eight hex digits over what the user wrote."""
    return short_digest(written(spec))


def version_of(spec: Object, runs: Iterable[Object]) -> str:
    """The version of a job's spec: that of the newest run that was made for just this spec.

    Without one, the spec's hash. A run's label is what its version was called when it was made, so
    no job moves should what counts ever change.
    """
    wanted = written(spec)
    version = short_digest(wanted)
    named: list[tuple[str, str]] = []
    for run in runs:
        label = labels_of(run).get(labels.SPEC_HASH)
        if label == version:
            return version
        if label and _carries(run, wanted):
            named.append((run["metadata"].get("creationTimestamp") or "", label))
    return max(named)[1] if named else version


def _carries(run: Object, wanted: Object) -> bool:
    carried = job_spec_of(run)
    try:
        return carried is not None and written(carried) == wanted
    except ValidationError:
        # Stored before a rule was tightened: of another version than any spec that is valid now.
        return False


def aspect_changed(before: Object | None, after: Object) -> Aspect:
    """Code, if the image or the function is another one, or if there is nothing to compare with."""
    if before is None:
        return "Code"
    former, present = written(before), written(after)
    if any(former.get(key) != present.get(key) for key in _CODE):
        return "Code"
    return "Configuration"
