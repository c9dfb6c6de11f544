"""Which part of a job's spec makes a new version of it, and so a new run."""

from __future__ import annotations

from swirl.metrics.change import What
from swirl_operator.kinds.digest import short_digest
from swirl_operator.runtime.plan import Object

_DECIDE = (
    "mode",
    "image",
    "entryPoint",
    "parameters",
    "env",
    "spark",
    "serviceAccountName",
    "timeoutSeconds",
)
_CODE = ("image", "entryPoint")


def spec_hash(spec: Object) -> str:
    """The version: eight hex digits over everything that a run's outcome can depend on."""
    return short_digest({key: spec[key] for key in _DECIDE if key in spec})


def what_changed(before: Object | None, after: Object) -> What:
    """Code, if the image or the function is another one, or if there is nothing to compare with."""
    if before is None or any(before.get(key) != after.get(key) for key in _CODE):
        return "Code"
    return "Configuration"


def is_run_of(job: str, name: str) -> bool:
    """Whether a run of that name is one that this job made."""
    return name.rpartition("-")[0] == job


def run_name(job: str, version: str) -> str:
    """The run of that version; a repeat cannot make a second one."""
    return f"{job}-{version}"
