"""Finds the Pods of an object, and the object of a Pod, by the labels that Swirl puts there."""

from __future__ import annotations

from collections.abc import Sequence

from swirl.kube.resources import PODS, Resource
from swirl.wire import labels
from swirl_operator.runtime.interface import CacheReader, Object
from swirl_operator.runtime.key import Key
from swirl_operator.runtime.objects import labels_of, name_of, namespace_of


def pods_of(obj: Object, resource: Resource, cache: CacheReader) -> Sequence[Object]:
    """The Pods of the Deployment that was made for `obj`."""
    return [
        pod
        for pod in cache.labelled(PODS, namespace_of(obj), labels.NAME, name_of(obj))
        if labels_of(pod).get(labels.KIND) == resource.kind
    ]


def key_of_pod(pod: Object, resource: Resource) -> Key | None:
    """The object of that kind for which the Pod was made, None if it was for another kind."""
    own = labels_of(pod)
    if own.get(labels.KIND) != resource.kind or not own.get(labels.NAME):
        return None
    return Key(resource.kind, namespace_of(pod), own[labels.NAME])
