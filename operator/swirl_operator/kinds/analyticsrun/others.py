"""Pods beside a run's driver: its executors, and drivers of other runs. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from swirl.kube.resources import PODS
from swirl.wire import labels
from swirl_operator.pods.roles import DRIVER, EXECUTOR, has_role
from swirl_operator.runtime.interface import Object, Ref
from swirl_operator.runtime.objects import (
    is_deleting,
    labels_of,
    name_of,
    namespace_of,
    phase_of,
)

_ENDED = ("Succeeded", "Failed")


def other_driver(run: str, pods: Sequence[Object]) -> str | None:
    """A live driver of another run among these Pods of one job.

    A user made that run, or its job was deleted and made anew.
    """
    for pod in pods:
        other = labels_of(pod).get(labels.RUN) != run
        driver = has_role(pod, DRIVER)
        if other and driver and phase_of(pod) not in _ENDED:
            return name_of(pod)
    return None


def leftover_executors(attempt: int, pods: Sequence[Object]) -> tuple[Ref, ...]:
    """Executors that outlive a dead driver; its Pod stays for its log, so GC leaves them."""
    return tuple(
        Ref(PODS, namespace_of(pod), name_of(pod), pod["metadata"]["uid"])
        for pod in pods
        if has_role(pod, EXECUTOR)
        and labels_of(pod).get(labels.ATTEMPT) == str(attempt)
        and not is_deleting(pod)
    )
