"""What a user wrote of a spec, each thing in one way: what tells its versions apart. Pure.

The API server fills defaults in when it reads, so a default that a newer CRD brings appears in
specs that nobody touched. Such a spec is the same version as before: what equals a default counts
as absent, quantities count by their amount, and where a Pod is placed and how its image is pulled
does not count at all.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from swirl.api.pods import PLACEMENT_FIELDS, Workload
from swirl.api.v1alpha1.analyticsjob import AnalyticsJobSpec
from swirl_operator.pods.quantity import canonical
from swirl_operator.runtime.interface import Object

# A job is looked at several times for each thing that happens, and hardly ever has another spec.
_REMEMBERED = 2048
_AMOUNTS = ("memory", "memoryOverhead")
_OF_JOB = {
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
# A function that no job calls: what every spec has to have is never as by default.
_JOB = AnalyticsJobSpec.model_validate(
    {"mode": "Batch", "image": "-", "entryPoint": {"function": "_:_"}}
)
# What stands below these is the user's own text, where an empty object is not the same as none.
_AS_WRITTEN = ("parameters", "conf", "volumes", "volumeMounts", "template")


def written(spec: Workload, default: Workload, fields: set[str]) -> Object:
    """Those fields of the spec, by their names on the wire, as far as they are not as by default.

    Args:
        spec: of any kind.
        default: a spec of that kind in which all that may be absent is absent.
        fields: by their names in Python.
    """
    return _beyond(_complete(spec, fields), _complete(default, fields))


def written_of_job(spec: Object) -> Object:
    """What the user wrote of a job's spec, as far as the outcome of a run can depend on it.

    Must not be changed: whoever asks about the same spec again is given the same object.

    Raises:
        ValidationError: it is no spec of a job.
    """
    return _written_of_job(json.dumps(spec, sort_keys=True))


@lru_cache(_REMEMBERED)
def _written_of_job(spec: str) -> Object:
    return written(AnalyticsJobSpec.model_validate_json(spec), _JOB, _OF_JOB)


def is_same_version(one: Object, other: Object) -> bool:
    """Whether two specs of jobs are of one version."""
    try:
        return written_of_job(one) == written_of_job(other)
    except ValidationError:
        # One was stored before a rule was tightened: it is of another version than any valid spec.
        return False


def _complete(spec: Workload, fields: set[str]) -> Object:
    return _normal(spec.model_dump(by_alias=True, exclude_none=True, include=fields)) or {}


def _beyond(value: Object, defaults: Object) -> Object:
    """What of `value` is otherwise than by default."""
    found = {}
    for name, item in value.items():
        default = defaults.get(name)
        if isinstance(item, dict) and isinstance(default, dict) and name not in _AS_WRITTEN:
            if inner := _beyond(item, default):
                found[name] = inner
        elif item != default:
            found[name] = item
    return found


def _normal(value: Any, field: str = "") -> Any:
    """Without what is empty and without placement; None if nothing is left."""
    if field in _AS_WRITTEN:
        return value
    if isinstance(value, dict):
        of_pod = field == "pod"
        kept = {
            name: _amount(item) if name in _AMOUNTS or field in ("requests", "limits") else item
            for name, item in value.items()
            if not (of_pod and name in PLACEMENT_FIELDS)
        }
        normal = {name: _normal(item, name) for name, item in kept.items()}
        return {name: item for name, item in normal.items() if item not in (None, "")} or None
    if isinstance(value, list):
        return [_normal(item) for item in value] or None
    return value


def _amount(quantity: Any) -> Any:
    return quantity if quantity is None else canonical(quantity)
