"""Labels and annotations on what Swirl makes.

A fixed list: labels of a user's object are never copied to what is made from it, since GitOps tools
would then take the child for one of theirs and prune it.
"""

from __future__ import annotations

from swirl.wire.group import GROUP

PREFIX = f"{GROUP}/"

MANAGED_BY = "app.kubernetes.io/managed-by"
MANAGER = "swirl"
KIND = f"{PREFIX}kind"
NAME = f"{PREFIX}name"
JOB = f"{PREFIX}job"
RUN = f"{PREFIX}run"
ATTEMPT = f"{PREFIX}attempt"
ROLE = f"{PREFIX}role"
VERSION = f"{PREFIX}version"
SPEC_HASH = f"{PREFIX}spec-hash"
TEMPLATE = f"{PREFIX}template"

WORKLOADS = f"{PREFIX}workloads"
"""Label of a Namespace that is made ready for analytics where it is `true`."""

PLACEMENT = f"{PREFIX}placement"
"""Annotation of a driver's Pod with a digest of how it and its executors are to be placed."""

PROGRESS = f"{PREFIX}progress"
"""Annotation in which a driver says how far it is; see `swirl.wire.progress`."""

EXECUTORS = f"{PREFIX}executors"
"""Annotation in which a driver says what executors it cannot have; see `swirl.wire.executors`."""

APPLIED_HASH = f"{PREFIX}applied-hash"
"""Annotation with a digest of the manifest that was applied."""

EXECUTOR_TEMPLATE = f"{PREFIX}executor-template"
"""Annotation from which a driver reads the template of its executors."""


def child_labels(kind: str, name: str, **extra: str) -> dict[str, str]:
    """Return the labels of a child of `kind` `name`."""
    return {MANAGED_BY: MANAGER, KIND: kind, NAME: name, **extra}
