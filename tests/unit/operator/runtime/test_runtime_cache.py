"""The cache never goes back in time, and its indexes agree with its objects."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swirl.kube.resources import PODS
from swirl_operator.runtime.cache import Cache
from swirl_operator.runtime.interface import Object
from tests.unit.operator.runtime.fakes import WIDGETS, obj


@pytest.fixture
def cache() -> Cache:
    return Cache(status_manager="swirl-operator")


def found(cache: Cache) -> Object:
    thing = cache.get(PODS, "ns", "o")
    assert thing is not None
    return thing


def test_an_older_state_never_replaces_a_newer_one(cache: Cache) -> None:
    assert cache.put(PODS, obj(version=10, spec="new")) is not None
    assert cache.put(PODS, obj(version=9, spec="old")) is None
    assert cache.put(PODS, obj(version=10, spec="echo")) is None
    assert found(cache)["spec"] == "new"


def test_versions_are_compared_as_numbers(cache: Cache) -> None:
    cache.put(PODS, obj(version=99))
    assert cache.put(PODS, obj(version=100)) is not None


def test_a_deleted_incarnation_does_not_come_back(cache: Cache) -> None:
    cache.put(PODS, obj(version=1))
    assert cache.remove(PODS, obj(version=3)) is not None
    assert cache.put(PODS, obj(version=2)) is None
    assert cache.get(PODS, "ns", "o") is None


def test_an_object_that_only_lost_its_label_may_come_back(cache: Cache) -> None:
    """A watch that selects by label reports that as a deletion, at the version of the change."""
    cache.put(PODS, obj(version=2))
    assert cache.remove(PODS, obj(version=5)) is not None
    assert cache.put(PODS, obj(version=4)) is None
    assert cache.put(PODS, obj(version=6)) is not None


def test_what_is_known_to_be_gone_for_good_never_comes_back(cache: Cache) -> None:
    cache.put(PODS, obj(version=2))
    assert cache.remove(PODS, obj(version=2), version=math.inf) is not None
    assert cache.put(PODS, obj(version=999)) is None


def test_a_late_deletion_does_not_remove_the_successor(cache: Cache) -> None:
    cache.put(PODS, obj(uid="old", version=1))
    cache.put(PODS, obj(uid="new", version=5))
    assert cache.remove(PODS, obj(uid="old", version=4)) is None
    assert found(cache)["metadata"]["uid"] == "new"


def test_children_are_found_by_the_uid_of_their_controller(cache: Cache) -> None:
    cache.put(PODS, obj("b", uid="1", owner="w"))
    cache.put(PODS, obj("a", uid="2", owner="w"))
    cache.put(PODS, obj("c", uid="3", owner="other"))
    assert [o["metadata"]["name"] for o in cache.owned("uid-of-w", PODS)] == ["a", "b"]
    assert cache.owned("uid-of-w", WIDGETS) == []


@pytest.mark.parametrize("label", ["swirl.dev/run", "app"])
def test_objects_are_found_by_label_indexed_or_not(cache: Cache, label: str) -> None:
    cache.put(PODS, obj("a", uid="1", labels={label: "x"}))
    cache.put(PODS, obj("b", uid="2", labels={label: "y"}))
    cache.put(PODS, obj("c", uid="3", labels={label: "x"}, namespace="other"))
    assert [o["metadata"]["name"] for o in cache.labelled(PODS, "ns", label, "x")] == ["a"]


def test_a_changed_label_or_owner_leaves_no_trace_in_the_indexes(cache: Cache) -> None:
    cache.put(PODS, obj(version=1, owner="w", labels={"swirl.dev/run": "x"}))
    cache.put(PODS, obj(version=2, owner="v", labels={"swirl.dev/run": "y"}))
    assert cache.owned("uid-of-w", PODS) == []
    assert cache.labelled(PODS, "ns", "swirl.dev/run", "x") == []
    assert len(cache.owned("uid-of-v", PODS)) == 1


def test_objects_are_found_by_whom_their_spec_names(cache: Cache) -> None:
    def named(name: str) -> list[str]:
        return [o["metadata"]["uid"] for o in cache.naming(PODS, "ns", "job", name)]

    cache.put(PODS, obj("a", uid="a", spec={"job": "train"}))
    assert named("train") == ["a"]
    cache.put(PODS, obj("b", uid="b", spec={"job": "train"}))
    cache.put(PODS, obj("c", uid="c", spec={"job": "other"}))
    cache.put(PODS, obj("d", uid="d", spec={}))
    cache.put(PODS, obj("e", uid="e", spec={"job": "train"}, namespace="another"))
    cache.put(WIDGETS, obj("f", uid="f", spec={"job": "train"}))
    assert named("train") == ["a", "b"]
    cache.put(PODS, obj("a", uid="a", version=2, spec={"job": "other"}))
    assert (named("train"), named("other")) == (["b"], ["a", "c"])
    cache.remove(PODS, obj("b", uid="b", version=3))
    assert named("train") == []


def test_what_nobody_reads_is_not_kept(cache: Cache) -> None:
    thing = obj()
    thing["metadata"]["managedFields"] = [{"manager": "x"}]
    thing["metadata"]["annotations"] = {
        "kubectl.kubernetes.io/last-applied-configuration": "{}",
        "mine": "1",
    }
    cache.put(PODS, thing)
    kept = found(cache)["metadata"]
    assert "managedFields" not in kept
    assert kept["annotations"] == {"mine": "1"}
    assert "managedFields" in thing["metadata"], "the caller's object is not touched"


def test_list_items_get_the_type_they_lack(cache: Cache) -> None:
    cache.put(PODS, obj())
    thing = found(cache)
    assert (thing["apiVersion"], thing["kind"]) == ("v1", "Pod")


def test_our_status_fields_are_known_from_the_managed_fields(cache: Cache) -> None:
    thing = obj()
    thing["metadata"]["managedFields"] = [
        {
            "manager": "swirl-operator",
            "subresource": "status",
            "fieldsV1": {"f:status": {"f:url": {}, "f:replicas": {}}},
        },
        {"manager": "other", "subresource": "status", "fieldsV1": {"f:status": {"f:verdict": {}}}},
        {"manager": "swirl-operator", "fieldsV1": {"f:metadata": {}}},
    ]
    cache.put(PODS, thing)
    assert cache.status_fields("u") == {"url", "replicas"}


def test_only_what_a_complete_list_must_have_had_counts_as_vanished(cache: Cache) -> None:
    cache.put(PODS, obj("listed", uid="1", version=5))
    cache.put(PODS, obj("gone", uid="2", version=6))
    cache.put(PODS, obj("made-after-the-list", uid="3", version=11))
    cache.put(PODS, obj("elsewhere", uid="4", version=6, namespace="other"))
    vanished = cache.missing_from(PODS, listed={"1"}, version=10, within=lambda ns: ns == "ns")
    assert [o["metadata"]["name"] for o in vanished] == ["gone"]


writes = st.permutations(
    [("put", 1), ("put", 2), ("put", 3), ("remove", 4), ("put-next", 5), ("put-next", 6)]
)


@given(writes)
def test_the_order_of_arrival_does_not_matter(order: list[tuple[str, int]]) -> None:
    cache = Cache()
    for action, version in order:
        if action == "put":
            cache.put(PODS, obj(uid="first", version=version, owner="w"))
        elif action == "remove":
            cache.remove(PODS, obj(uid="first", version=version, owner="w"))
        else:
            cache.put(PODS, obj(uid="second", version=version, owner="v"))
    kept = found(cache)["metadata"]
    assert (kept["uid"], kept["resourceVersion"]) == ("second", "6")
    assert cache.owned("uid-of-w", PODS) == []
    assert len(cache.owned("uid-of-v", PODS)) == cache.count(PODS) == 1
    assert len(list(itertools.chain(cache.all(PODS)))) == 1
