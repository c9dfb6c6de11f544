"""Labels of what Swirl makes."""

from __future__ import annotations

from swirl.wire.labels import child_labels


def test_labels_name_the_parent() -> None:
    assert child_labels("ModelServer", "x", extra="y") == {
        "app.kubernetes.io/managed-by": "swirl",
        "swirl.dev/kind": "ModelServer",
        "swirl.dev/name": "x",
        "extra": "y",
    }
