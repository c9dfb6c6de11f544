"""Children belong to one parent and carry nothing of the user's."""

from __future__ import annotations

from swirl.kube.resources import PODS
from swirl_operator.runtime.owner import adopt, controller_of, is_controlled_by
from tests.unit.operator.runtime.fakes import WIDGETS, obj, pod

PARENT = obj("w", uid="uid-of-w", labels={"app.kubernetes.io/instance": "argo", "team": "x"})


def test_a_child_gets_one_controller_and_the_managed_by_label() -> None:
    child = adopt(pod(), PARENT, WIDGETS)
    assert child["metadata"]["labels"] == {"app.kubernetes.io/managed-by": "swirl"}
    assert child["metadata"]["ownerReferences"] == [
        {
            "apiVersion": "example.dev/v1",
            "kind": "Widget",
            "name": "w",
            "uid": "uid-of-w",
            "controller": True,
            "blockOwnerDeletion": False,
        }
    ]
    assert is_controlled_by(child, PARENT)


def test_the_manifest_is_not_changed_and_its_labels_stay() -> None:
    manifest = pod()
    manifest["metadata"]["labels"] = {"swirl.dev/run": "r"}
    child = adopt(manifest, PARENT, WIDGETS)
    assert child["metadata"]["labels"]["swirl.dev/run"] == "r"
    assert "ownerReferences" not in manifest["metadata"]


def test_the_namespace_is_the_parents_unless_said() -> None:
    assert adopt({"kind": PODS.kind}, PARENT, WIDGETS)["metadata"]["namespace"] == "ns"


def test_an_owner_that_is_no_controller_does_not_count() -> None:
    child = obj("c", owner="w")
    child["metadata"]["ownerReferences"][0]["controller"] = False
    assert controller_of(child) is None
    assert not is_controlled_by(child, PARENT)


def test_a_parent_of_the_same_name_but_another_uid_is_another_parent() -> None:
    assert not is_controlled_by(obj("c", owner="w"), obj("w", uid="second life"))
