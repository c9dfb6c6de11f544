"""Who owns a child, and what a child is allowed to carry.

A user's labels and annotations are never copied to children: an inherited GitOps tracking label
makes another tool adopt, and prune, what belongs to the operator.
"""

from __future__ import annotations

from swirl.kube.resources import Resource
from swirl.wire.labels import MANAGED_BY, MANAGER
from swirl_operator.runtime.interface import Object

SELECTOR = f"{MANAGED_BY}={MANAGER}"

NAME_CLASH = "NameClash"
LEFT_BEHIND = "LeftBehind"


class ForeignObject(Exception):
    """The name is taken by an object which this parent does not control.

    `reason` is `NameClash`, or `LeftBehind` where nobody has to act: the object belonged to
    a former parent of the same name, and goes as soon as the garbage collector gets to it.
    """

    def __init__(self, live: Object, resource: Resource, parent: Object) -> None:
        metadata = live["metadata"]
        what = f"{resource.kind} {metadata['namespace']}/{metadata['name']}"
        owner = controller_of(live) or {}
        if (owner.get("kind"), owner.get("name")) == (parent["kind"], parent["metadata"]["name"]):
            self.reason = LEFT_BEHIND
            super().__init__(f"{what} of the former {owner['kind']} {owner['name']} is still there")
        else:
            self.reason = NAME_CLASH
            super().__init__(
                f"{what} already exists and is not controlled by this object; rename or delete it"
            )


def controller_of(obj: Object) -> Object | None:
    """The one ownerReference with `controller: true`, if any."""
    for reference in obj["metadata"].get("ownerReferences") or ():
        if reference.get("controller"):
            found: Object = reference
            return found
    return None


def is_controlled_by(obj: Object, parent: Object) -> bool:
    """Compares uids: a parent deleted and made again under its old name is another parent."""
    reference = controller_of(obj)
    return reference is not None and reference.get("uid") == parent["metadata"]["uid"]


def owner_reference(parent: Object, resource: Resource) -> Object:
    return {
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "name": parent["metadata"]["name"],
        "uid": parent["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": False,
    }


def adopt(manifest: Object, parent: Object, resource: Resource) -> Object:
    """A copy of `manifest` that belongs to `parent` and is visible to the operator's watches.

    Done for every child by the runtime, so that no planner can forget it. `blockOwnerDeletion`
    is false because true needs `update` on the parents' finalizers on hardened clusters.
    """
    # Only what is changed is copied: this runs for every child in every reconcile.
    given = manifest.get("metadata") or {}
    metadata = {
        "namespace": parent["metadata"]["namespace"],
        **given,
        "labels": {**(given.get("labels") or {}), MANAGED_BY: MANAGER},
        "ownerReferences": [owner_reference(parent, resource)],
    }
    return {**manifest, "metadata": metadata}
