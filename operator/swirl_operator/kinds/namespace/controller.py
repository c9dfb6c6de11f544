"""Ties the plan of namespaces to the runtime."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from swirl.kube.resources import (
    NAMESPACES,
    PERSISTENTVOLUMECLAIMS,
    ROLEBINDINGS,
    SERVICEACCOUNTS,
    Resource,
)
from swirl_operator.kinds.namespace.offer import Offer
from swirl_operator.kinds.namespace.plan import plan_namespace
from swirl_operator.runtime.interface import CacheReader, Event, Object, Observation, Plan
from swirl_operator.runtime.key import Key
from swirl_operator.status.reasons import Reason


class NamespaceController:
    """Reconciles Namespaces. They have no status of ours: what is wrong is told by events."""

    resource = NAMESPACES

    def __init__(self, offer: Offer) -> None:
        self._offer = offer
        # Accounts and bindings first: those that come last go last, and say what is left to do.
        self.owns: tuple[Resource, ...] = (
            (SERVICEACCOUNTS, ROLEBINDINGS, PERSISTENTVOLUMECLAIMS) if offer.objects else ()
        )

    def related(self, obj: Object, cache: CacheReader) -> None:
        return None

    def dependents(self, obj: Object, resource: Resource, cache: CacheReader) -> Iterable[Key]:
        return ()

    def plan(self, observation: Observation[None]) -> Plan:
        return plan_namespace(observation, self._offer, self.owns)

    def invalid(self, observation: Observation[Any], error: Exception) -> Plan:
        message = f"{type(error).__name__} while planning what the namespace needs: {error}"
        return Plan(events=(Event("Warning", Reason.CHILD_REFUSED, message),))
