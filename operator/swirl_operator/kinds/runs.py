"""Runs as the other kinds know them: names, the version they were made for, how they stand."""

from __future__ import annotations

from typing import Literal

from swirl_operator.runtime.digest import short_digest
from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.objects import condition_of

RunOutcome = Literal["Running", "Succeeded", "Failed"]

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


def spec_hash(spec: Object) -> str:
    """The version: eight hex digits over everything that a run's outcome can depend on."""
    return short_digest({key: spec[key] for key in _DECIDE if key in spec})


def run_name(job: str, version: str) -> str:
    """The run of that version; a repeat cannot make a second one."""
    return f"{job}-{version}"


def is_run_of(job: str, name: str) -> bool:
    """Whether a run of that name is one that this job made."""
    return name.rpartition("-")[0] == job


def outcome_of(run: Object) -> RunOutcome:
    """Running until its `Succeeded` condition is decided."""
    succeeded = condition_of(run, "Succeeded")
    if succeeded is None or succeeded["status"] == "Unknown":
        return "Running"
    return "Succeeded" if succeeded["status"] == "True" else "Failed"
