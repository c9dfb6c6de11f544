"""What a namespace gets because of its label, keeps, and loses with it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from swirl.kube.resources import (
    PERSISTENTVOLUMECLAIMS,
    ROLEBINDINGS,
    SECRETS,
    SERVICEACCOUNTS,
    Resource,
)
from swirl_operator.kinds.namespace.controller import NamespaceController
from swirl_operator.kinds.namespace.offer import Offer
from swirl_operator.kinds.namespace.plan import COPY_SECONDS
from swirl_operator.runtime.interface import ChildFailure, Object, Observation, Plan, Ref
from swirl_operator.runtime.owner import NAME_CLASH

ACCOUNT = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "swirl-driver"}}
BINDING = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "RoleBinding",
    "metadata": {"name": "swirl-driver"},
    "roleRef": {"kind": "ClusterRole", "name": "swirl-driver"},
    "subjects": [{"kind": "ServiceAccount", "name": "swirl-driver", "namespace": ""}],
}
CLAIM = {
    "apiVersion": "v1",
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "swirl-artifacts"},
}
OFFER = Offer(
    listed=("reports",),
    objects=(ACCOUNT, BINDING, CLAIM),
    secrets=("kafka", "registry"),
    source="swirl-system",
)


def namespace(name: str = "team", **labels: str) -> Object:
    metadata = {"name": name, "namespace": name, "uid": "u", "labels": labels}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def labelled(name: str = "team", value: str = "true") -> Object:
    return namespace(name, **{"swirl.dev/workloads": value})


def child(name: str) -> Object:
    return {"metadata": {"name": name, "namespace": "team", "uid": f"uid-of-{name}"}}


CHILDREN = {
    "serviceaccounts": [child("swirl-driver")],
    "rolebindings": [child("swirl-driver")],
    "persistentvolumeclaims": [child("swirl-artifacts")],
}


def plan(obj: Object, children: Any = None, failures: Any = (), offer: Offer = OFFER) -> Plan:
    observation: Observation[None] = Observation(
        obj=obj,
        children=children or {},
        related=None,
        now=datetime(2026, 1, 1, tzinfo=UTC),
        failures=failures,
    )
    return NamespaceController(offer).plan(observation)


def test_namespace_with_the_label_gets_what_the_chart_offers() -> None:
    made = plan(labelled())
    assert [(item["kind"], item["metadata"]) for item in made.apply] == [
        ("ServiceAccount", {"name": "swirl-driver", "namespace": "team"}),
        ("RoleBinding", {"name": "swirl-driver", "namespace": "team"}),
        ("PersistentVolumeClaim", {"name": "swirl-artifacts", "namespace": "team"}),
    ]
    assert made.apply[1]["subjects"] == [
        {"kind": "ServiceAccount", "name": "swirl-driver", "namespace": "team"}
    ]
    assert made.status is None
    assert made.delete == ()


def test_namespace_with_the_label_gets_the_named_secrets_again_and_again() -> None:
    made = plan(labelled())
    assert [copy.source for copy in made.copy] == [
        Ref(SECRETS, "swirl-system", "kafka"),
        Ref(SECRETS, "swirl-system", "registry"),
    ]
    assert all(copy.present for copy in made.copy)
    assert made.requeue_after == COPY_SECONDS


@pytest.mark.parametrize("obj", [namespace(), labelled(value="false"), labelled(value="")])
def test_namespace_without_the_label_gets_nothing(obj: Object) -> None:
    assert plan(obj) == Plan()


def test_namespace_that_the_chart_makes_ready_gets_the_secrets_alone() -> None:
    for obj in (namespace("reports"), labelled("reports")):
        made = plan(obj)
        assert made.apply == ()
        assert [copy.source.name for copy in made.copy] == ["kafka", "registry"]


def test_namespace_of_the_operator_has_the_secrets_already() -> None:
    made = plan(labelled("swirl-system"))
    assert len(made.apply) == 3
    assert made.copy == ()
    assert made.requeue_after is None


def test_namespace_that_lost_the_label_keeps_its_models_and_nothing_else() -> None:
    made = plan(namespace(), CHILDREN)
    assert made.delete == (
        Ref(SERVICEACCOUNTS, "team", "swirl-driver", "uid-of-swirl-driver"),
        Ref(ROLEBINDINGS, "team", "swirl-driver", "uid-of-swirl-driver"),
    )
    assert [(copy.source.name, copy.present) for copy in made.copy] == [
        ("kafka", False),
        ("registry", False),
    ]
    assert made.requeue_after is None
    assert plan(namespace(), {"persistentvolumeclaims": [child("swirl-artifacts")]}) == Plan()


def test_namespace_loses_what_the_chart_offers_no_more() -> None:
    children = CHILDREN | {"serviceaccounts": [child("swirl-driver"), child("swirl-old")]}
    made = plan(labelled(), children)
    assert [ref.name for ref in made.delete] == ["swirl-old"]
    assert all(copy.present for copy in made.copy)


@pytest.mark.parametrize(
    ("resource", "code", "reason", "said"),
    [
        (SECRETS, 404, "NotFound", "ConfigMissing"),
        (SECRETS, 403, "Forbidden", "ChildRefused"),
        (SERVICEACCOUNTS, 409, NAME_CLASH, "NameClash"),
        (ROLEBINDINGS, 422, "Invalid", "InvalidChild"),
        (PERSISTENTVOLUMECLAIMS, 403, "Forbidden", "ChildRefused"),
        (PERSISTENTVOLUMECLAIMS, 409, NAME_CLASH, None),
    ],
)
def test_namespace_says_what_cannot_be_made(
    resource: Resource, code: int, reason: str, said: str | None
) -> None:
    failure = ChildFailure(Ref(resource, "team", "x"), code, reason, "because")
    events = plan(labelled(), failures=(failure,)).events
    assert [(event.type, event.reason) for event in events] == (
        [] if said is None else [("Warning", said)]
    )
    assert all(event.message == f"{resource.kind} x: because" for event in events)


def test_namespaces_are_not_watched_for_what_is_not_made() -> None:
    assert NamespaceController(Offer(secrets=("registry",), source="s")).owns == ()
    assert not Offer(source="s")


def test_namespace_that_cannot_be_planned_says_so() -> None:
    observation: Observation[Any] = Observation(
        obj=labelled(), children={}, related=None, now=datetime(2026, 1, 1, tzinfo=UTC)
    )
    made = NamespaceController(OFFER).invalid(observation, KeyError("metadata"))
    (event,) = made.events
    assert made.status is None
    assert "KeyError" in event.message
