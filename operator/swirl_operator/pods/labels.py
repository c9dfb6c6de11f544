"""Labels of children.

A fixed list: labels of a user's object are never copied to what is made from it, since GitOps tools
would then take the child for one of theirs and prune it.
"""

from __future__ import annotations

from swirl.wire.group import GROUP

MANAGED_BY = "app.kubernetes.io/managed-by"
KIND = f"{GROUP}/kind"
NAME = f"{GROUP}/name"
JOB = f"{GROUP}/job"
RUN = f"{GROUP}/run"
ATTEMPT = f"{GROUP}/attempt"
ROLE = f"{GROUP}/role"
VERSION = f"{GROUP}/version"
SPEC_HASH = f"{GROUP}/spec-hash"
TEMPLATE = f"{GROUP}/template"


def child_labels(kind: str, name: str, **extra: str) -> dict[str, str]:
    """Labels of a child of `kind` `name`."""
    return {MANAGED_BY: "swirl", KIND: kind, NAME: name, **extra}
