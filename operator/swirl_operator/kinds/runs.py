"""Runs as the other kinds know them: names, the version they were made for, how they stand."""

from __future__ import annotations

from typing import Literal

from swirl.wire.reasons import OutcomeReason
from swirl_operator.kinds.resources import ANALYTICSJOBS
from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.objects import condition_of, status_of

RunOutcome = Literal["Running", "Succeeded", "Failed", "Cancelled"]


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
    if succeeded["status"] == "True":
        return "Succeeded"
    return "Cancelled" if succeeded["reason"] == OutcomeReason.CANCELLED else "Failed"


def job_spec_of(run: Object) -> Object | None:
    """The job's spec that the run executes; None while it is not known yet."""
    found = run["spec"].get("jobSpec") or status_of(run).get("jobSpec")
    return dict(found) if found else None


def is_orphan(run: Object, job: Object | None) -> bool:
    """Whether a job made the run that is not its job any more, but gone or made anew since.

    The garbage collector deletes such a run. Until then it must not begin, least of all one that
    a backup brought back without its status.
    """
    uid = None if job is None else job["metadata"]["uid"]
    return any(
        owner["kind"] == ANALYTICSJOBS.kind and owner.get("controller") and owner["uid"] != uid
        for owner in run["metadata"].get("ownerReferences") or ()
    )


def is_made_by(run: Object, job: Object) -> bool:
    """Whether that very job made the run."""
    uid = job["metadata"]["uid"]
    owners = run["metadata"].get("ownerReferences") or ()
    return any(owner.get("controller") and owner["uid"] == uid for owner in owners)
