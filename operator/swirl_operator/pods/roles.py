"""What a Pod is for, as its label `role` says it."""

from __future__ import annotations

from swirl.wire import labels
from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.objects import labels_of

DRIVER = "driver"
EXECUTOR = "executor"
SCORER = "scorer"
MONITOR = "monitor"


def has_role(pod: Object, role: str) -> bool:
    """Whether the Pod was made for that."""
    return labels_of(pod).get(labels.ROLE) == role
