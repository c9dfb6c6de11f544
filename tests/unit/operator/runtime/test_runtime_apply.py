"""What counts as settled, and what as drift."""

from __future__ import annotations

from swirl.wire.labels import APPLIED_HASH
from swirl_operator.runtime.apply import (
    WriteMemory,
    manifest_hash,
    project,
    stamped,
    status_patch,
)
from swirl_operator.runtime.interface import Object
from tests.unit.operator.runtime.fakes import WIDGETS, obj

NOTHING: frozenset[str] = frozenset()


def manifest(cpu: str = "1") -> Object:
    return stamped({"metadata": {"name": "o"}, "spec": {"containers": [{"name": "c", "cpu": cpu}]}})


def live(cpu: str = "1", *, stamp: Object | None = None) -> Object:
    thing = obj(
        spec={"containers": [{"name": "injected"}, {"name": "c", "cpu": cpu, "tty": False}]}
    )
    thing["metadata"]["annotations"] = {
        APPLIED_HASH: (stamp or manifest(cpu))["metadata"]["annotations"][APPLIED_HASH],
        "foreign": "1",
    }
    return thing


def test_the_hash_does_not_depend_on_the_order_of_keys() -> None:
    assert manifest_hash({"a": 1, "b": 2}) == manifest_hash({"b": 2, "a": 1})
    assert manifest_hash({"a": 1}) != manifest_hash({"a": 2})


def test_stamping_keeps_other_annotations_and_the_original() -> None:
    original = {"metadata": {"annotations": {"a": "1"}}}
    result = stamped(original)
    assert set(result["metadata"]["annotations"]) == {"a", APPLIED_HASH}
    assert original == {"metadata": {"annotations": {"a": "1"}}}


def test_what_others_add_is_not_drift() -> None:
    assert WriteMemory().is_applied(manifest(), live())


def test_a_changed_field_is_drift() -> None:
    drifted = live()
    drifted["spec"]["containers"][1]["cpu"] = "2"
    assert not WriteMemory().is_applied(manifest(), drifted)


def test_a_removed_container_is_drift() -> None:
    drifted = live()
    del drifted["spec"]["containers"][1]
    assert not WriteMemory().is_applied(manifest(), drifted)


def test_a_removed_field_is_drift() -> None:
    drifted = live()
    del drifted["spec"]["containers"][1]["cpu"]
    assert not WriteMemory().is_applied(manifest(), drifted)


def test_another_manifest_is_never_applied_already() -> None:
    assert not WriteMemory().is_applied(manifest("2"), live("1"))


def test_what_the_server_normalised_is_remembered_as_its_answer() -> None:
    memory, wanted = WriteMemory(), manifest("1000m")
    normalised = live("1", stamp=wanted)
    assert not memory.is_applied(wanted, normalised)
    memory.applied(wanted, normalised)
    assert memory.is_applied(wanted, normalised)
    drifted = live("3", stamp=wanted)
    assert not memory.is_applied(wanted, drifted)
    memory.forget("u")
    assert not memory.is_applied(wanted, normalised)


def test_lists_of_plain_values_are_compared_as_a_whole() -> None:
    assert project(["a"], ["a", "b"]) == ["a", "b"]
    assert project({"x": [{"a": 1}]}, {"x": [{"a": 1, "b": 2}]}) == {"x": [{"a": 1}]}


def test_an_equal_status_is_settled_whatever_others_wrote() -> None:
    thing = obj(status={"url": "x", "verdict": "by another manager"})
    assert WriteMemory().is_status_settled({"url": "x"}, thing, frozenset({"url"}))


def test_a_different_or_missing_status_field_is_not_settled() -> None:
    memory = WriteMemory()
    assert not memory.is_status_settled({"url": "y"}, obj(status={"url": "x"}), NOTHING)
    assert not memory.is_status_settled({"url": "y"}, obj(), NOTHING)
    assert not memory.is_status_settled({"url": None}, obj(status={}), NOTHING)


def test_a_field_we_own_and_want_no_more_is_not_settled() -> None:
    thing = obj(status={"url": "x", "model": "m"})
    assert not WriteMemory().is_status_settled({"url": "x"}, thing, frozenset({"url", "model"}))


def test_a_pruned_status_field_is_written_once_only() -> None:
    memory, wanted = WriteMemory(), {"url": "x", "pruned": {"a": 1}}
    answer = obj(status={"url": "x"})
    assert not memory.is_status_settled(wanted, answer, NOTHING)
    memory.status_written(wanted, answer)
    assert memory.is_status_settled(wanted, answer, NOTHING)


def test_the_status_patch_is_tied_to_the_observed_state() -> None:
    patch = status_patch(obj(version=7), WIDGETS, {"a": 1})
    assert patch["metadata"] == {
        "name": "o",
        "namespace": "ns",
        "uid": "u",
        "resourceVersion": "7",
    }
    assert patch["status"] == {"a": 1}
    assert "spec" not in patch
