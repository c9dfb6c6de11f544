"""Tells the pods of one template from those of the template before it."""

from __future__ import annotations

from swirl.wire import labels
from swirl_operator.runtime.digest import short_digest
from swirl_operator.runtime.interface import Object


def labelled(deployment: Object) -> Object:
    """The Deployment with the digest of its pod template as a label on its pods."""
    spec = deployment["spec"]
    template = spec["template"]
    metadata = template["metadata"]
    own = {**metadata["labels"], labels.TEMPLATE: short_digest(template)}
    marked = {**template, "metadata": {**metadata, "labels": own}}
    return {**deployment, "spec": {**spec, "template": marked}}


def digest_of(deployment: Object) -> str:
    """The digest that `labelled` put there."""
    return str(deployment["spec"]["template"]["metadata"]["labels"][labels.TEMPLATE])
