"""Pods of an object, objects of a Pod."""

from __future__ import annotations

from swirl.kube.resources import PODS
from swirl_operator.kinds.resources import MODELSERVERS
from swirl_operator.pods.lookup import key_of_pod, pods_of
from swirl_operator.pods.roles import DRIVER, EXECUTOR, has_role
from swirl_operator.runtime.cache import Cache
from swirl_operator.runtime.key import Key
from swirl_operator.runtime.objects import name_of
from tests.unit.operator.kinds.observed import pod, server


def test_namesakes_of_another_kind_have_pods_of_their_own() -> None:
    cache = Cache()
    for kind in ("ModelServer", "SwirlMonitor"):
        own = {"kind": kind, "name": "sentiment"}
        cache.put(PODS, pod(kind.lower(), labels=own, metadata={"resourceVersion": "1"}))
    assert [name_of(found) for found in pods_of(server(), MODELSERVERS, cache)] == ["modelserver"]


def test_the_object_of_a_pod() -> None:
    own = pod(labels={"kind": "ModelServer", "name": "sentiment"})
    assert key_of_pod(own, MODELSERVERS) == Key("ModelServer", "ads", "sentiment")
    other = pod(labels={"kind": "SwirlMonitor", "name": "sentiment"})
    assert key_of_pod(other, MODELSERVERS) is None
    assert key_of_pod({"metadata": {"name": "x", "namespace": "ads"}}, MODELSERVERS) is None


def test_roles() -> None:
    made = pod(labels={"role": "driver"})
    assert has_role(made, DRIVER)
    assert not has_role(made, EXECUTOR)
