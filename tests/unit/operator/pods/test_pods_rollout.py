from __future__ import annotations

from typing import Any

import pytest

from swirl_operator.kinds.resources import MODELSERVERS
from swirl_operator.pods.rollout import is_given, last_words, rollout
from swirl_operator.runtime.interface import Object
from tests.unit.operator.kinds.observed import EARLIER, container, given, merged, pod, server

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
    assert rollout(live(updatedReplicas=1, replicas=3)).message == "1 of 2 ready"


STUCK = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}


def test_stuck() -> None:
    assert rollout(live(conditions=[STUCK])).stuck
    assert not rollout(live(conditions=[{**STUCK, "reason": "Other"}])).stuck
    assert not rollout(live(conditions=[STUCK], observedGeneration=0)).stuck


def test_pods_that_cannot_be_created_say_why() -> None:
    refused = {"type": "ReplicaFailure", "status": "True", "message": "exceeded quota"}
    assert rollout(live(conditions=[refused])).message.endswith("exceeded quota")


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


# -- last words --------------------------------------------------------------------------------

NEWEST = "v2"
END: Object = {"exitCode": 3, "message": "no"}


def scorer(version: str = "v2", /, **status: Any) -> Object:
    base = container({}, "scorer")
    base["containerStatuses"][0].update(status)
    return pod(labels={"template": version}, status=base)


def over(**more: Any) -> Object:
    return merged(scorer(state={"terminated": END}), more)


@pytest.mark.parametrize("where", ["state", "lastState"])
def test_last_words_of_a_container_that_ended(where: str) -> None:
    assert last_words([scorer("v2", **{where: {"terminated": END}})], "scorer", NEWEST) == END


def test_how_it_ended_now_counts_more_than_before() -> None:
    both = scorer(state={"terminated": END}, lastState={"terminated": {"exitCode": 1}})
    assert last_words([both], "scorer", NEWEST) == END


@pytest.mark.parametrize(
    "found",
    [
        scorer("v1", state={"terminated": END}),
        scorer(state={"running": {}}, ready=True, lastState={"terminated": END}),
        scorer(state={"waiting": {}}),
        scorer(name="other", state={"terminated": END}),
        pod(labels={"template": "v2"}, status=None),
        over(status={"phase": "Failed"}),
        over(metadata={"deletionTimestamp": EARLIER}),
    ],
)
def test_nothing_was_said(found: Object) -> None:
    assert last_words([found], "scorer", NEWEST) is None
