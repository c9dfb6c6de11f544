"""Reading what every Kubernetes object has."""

from __future__ import annotations

from typing import Any

import pytest

from swirl_operator.runtime.interface import Object
from swirl_operator.runtime.objects import (
    annotations_of,
    condition_of,
    conditions_of,
    generation_of,
    is_deleting,
    is_true,
    labels_of,
    name_of,
    namespace_of,
    phase_of,
    status_of,
)

READY: Object = {"type": "Ready", "status": "True"}
FULL: Object = {
    "metadata": {
        "name": "train",
        "namespace": "ads",
        "generation": 3,
        "labels": {"a": "b"},
        "annotations": {"c": "d"},
        "deletionTimestamp": "2026-01-31T12:00:00Z",
    },
    "status": {"phase": "Running", "conditions": [READY, {"type": "Healthy", "status": "False"}]},
}
BARE: Object = {"metadata": {"name": "train", "namespace": "ads"}}


def test_what_is_there() -> None:
    assert (namespace_of(FULL), name_of(FULL), generation_of(FULL)) == ("ads", "train", 3)
    assert (labels_of(FULL), annotations_of(FULL)) == ({"a": "b"}, {"c": "d"})
    assert is_deleting(FULL)
    assert phase_of(FULL) == "Running"
    assert condition_of(FULL, "Ready") == READY
    assert (is_true(FULL, "Ready"), is_true(FULL, "Healthy")) == (True, False)


def test_what_is_not() -> None:
    assert (labels_of(BARE), annotations_of(BARE), status_of(BARE)) == ({}, {}, {})
    assert (generation_of(BARE), phase_of(BARE), tuple(conditions_of(BARE))) == (0, "", ())
    assert not is_deleting(BARE)
    assert condition_of(BARE, "Ready") is None
    assert not is_true(BARE, "Ready")


@pytest.mark.parametrize("status", [None, "text", {}, {"conditions": None}])
def test_a_status_that_cannot_be_read_is_an_empty_one(status: Any) -> None:
    assert not conditions_of({**BARE, "status": status})
