from __future__ import annotations

from typing import Any

import pytest

from swirl_operator.kinds.resources import MODELSERVERS
from swirl_operator.pods.rollout import is_given, rollout
from swirl_operator.runtime.interface import Object
from tests.unit.operator.kinds.observed import given, merged, server

MANIFEST: Object = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "sentiment", "namespace": "ads"},
    "spec": {"replicas": 2},
}


def live(**status: Any) -> Object:
    return given(MANIFEST, server(), MODELSERVERS, status)


def test_done() -> None:
    state = rollout(live())
    assert state.done
    assert not state.stuck
    assert (state.ready, state.total, state.message) == (2, 2, "2 of 2 ready")


@pytest.mark.parametrize(
    "status",
    [
        {"observedGeneration": 0},
        {"updatedReplicas": 1},
        {"replicas": 3},
        {"availableReplicas": 1},
        {"availableReplicas": None},
    ],
)
def test_not_done(status: Object) -> None:
    assert not rollout(live(**status)).done


def test_nobody_has_looked_at_it() -> None:
    state = rollout({**live(), "status": {}})
    assert not state.done
    assert (state.ready, state.total) == (0, 0)


def test_ready_ones_of_the_old_version_do_not_count() -> None:
    assert rollout(live(updatedReplicas=0, replicas=2)).message == "0 of 2 ready"
    assert rollout(live(updatedReplicas=1, replicas=3)).message == "0 of 2 ready"
    some = live(updatedReplicas=1, replicas=3, availableReplicas=3)
    assert rollout(some).message == "1 of 2 ready"
    surge = live(updatedReplicas=2, replicas=3, availableReplicas=1)
    assert rollout(surge).message == "0 of 2 ready"


STUCK = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}


def test_stuck() -> None:
    assert rollout(live(conditions=[STUCK])).stuck
    assert not rollout(live(conditions=[{**STUCK, "reason": "Other"}])).stuck
    assert not rollout(live(conditions=[STUCK], observedGeneration=0)).stuck


def test_pods_that_cannot_be_created_say_why() -> None:
    refused = {"type": "ReplicaFailure", "status": "True", "message": "exceeded quota"}
    assert rollout(live(conditions=[refused])).refused == "exceeded quota"


# -- is it the manifest? -----------------------------------------------------------------------


def test_it_was_made_from_that_manifest() -> None:
    assert is_given(live(), MANIFEST, server(), MODELSERVERS)


def test_what_the_cluster_adds_does_not_matter() -> None:
    filled = merged(live(), {"spec": {"paused": False}, "metadata": {"annotations": {"a": "b"}}})
    assert is_given(filled, MANIFEST, server(), MODELSERVERS)


@pytest.mark.parametrize(
    "change", [{"spec": {"replicas": 3}}, {"metadata": {"labels": {"a": "b"}}}]
)
def test_it_was_made_from_another(change: Object) -> None:
    assert not is_given(live(), merged(MANIFEST, change), server(), MODELSERVERS)


def test_it_was_not_made_by_us() -> None:
    bare = merged(live(), {"metadata": {"annotations": None}})
    assert not is_given(bare, MANIFEST, server(), MODELSERVERS)
