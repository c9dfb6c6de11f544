"""Builds the Deployments that Swirl makes: one for a ModelServer, one for a SwirlMonitor. Pure."""

from __future__ import annotations

from swirl.kube.resources import DEPLOYMENTS
from swirl.wire import labels
from swirl_operator.pods.template import labelled
from swirl_operator.runtime.interface import Object

# Longer than pods take to load a model, shorter than people wait before they look.
PROGRESS_DEADLINE_SECONDS = 120


def selector(kind: str, owner: str) -> dict[str, str]:
    """Labels that the pods of that object, and only they, carry."""
    return {labels.KIND: kind, labels.NAME: owner}


def build_deployment(
    name: str,
    *,
    kind: str,
    owner: str,
    namespace: str,
    template: Object,
    replicas: int,
    strategy: Object,
) -> Object:
    """The Deployment of an object's pods.

    Args:
        name: of the Deployment.
        kind: of the object that it is made for.
        owner: name of that object.
        namespace: of both.
        template: of its pods, with the labels that are selected.
        replicas: how many.
        strategy: how new pods take the place of old ones.
    """
    return labelled(
        {
            "apiVersion": DEPLOYMENTS.api_version,
            "kind": DEPLOYMENTS.kind,
            "metadata": {
                "name": name,
                "namespace": namespace,
                "labels": labels.child_labels(kind, owner),
            },
            "spec": {
                "replicas": replicas,
                "progressDeadlineSeconds": PROGRESS_DEADLINE_SECONDS,
                "revisionHistoryLimit": 2,
                "selector": {"matchLabels": selector(kind, owner)},
                "strategy": strategy,
                "template": template,
            },
        }
    )


def image_of(deployment: Object) -> str:
    """The image of its pods."""
    return str(deployment["spec"]["template"]["spec"]["containers"][0]["image"])
