"""Why a Pod does not start and how it ended, for whatever it was made."""

from __future__ import annotations

from typing import Any

import pytest

from swirl_operator.pods.state import read_state, why_not_ready
from swirl_operator.runtime.interface import Object
from tests.unit.operator.kinds.observed import EARLIER, container, merged, pod, terminated

NEWEST = "v2"
END: Object = {"exitCode": 3, "message": "Traceback\nno"}
PULL: Object = {"waiting": {"reason": "ImagePullBackOff", "message": "no such tag"}}
NO_NODE: Object = {"type": "PodScheduled", "status": "False", "message": "0/1 nodes"}


def scorer(version: str = NEWEST, /, **status: Any) -> Object:
    base = container({}, "scorer")
    base["containerStatuses"][0].update(status)
    return pod(labels={"template": version}, status=base)


def over(**more: Any) -> Object:
    return merged(scorer(state={"terminated": END}), more)


# -- one Pod -----------------------------------------------------------------------------------


def test_a_container_that_starts_or_runs_has_no_reason() -> None:
    starting = read_state(pod(status=container({"waiting": {"reason": "Pulled"}}, "x")), "x")
    assert (starting.state, starting.reason) == ("Pending", None)
    running = read_state(pod(status=container({"running": {"startedAt": EARLIER}}, "x")), "x")
    assert (running.state, running.reason, running.started_at) == ("Running", None, EARLIER)


@pytest.mark.parametrize(
    ("word", "reason", "clause"),
    [
        ("ErrImagePull", "ImagePull", "the image cannot be pulled"),
        ("ImagePullBackOff", "ImagePull", "the image cannot be pulled"),
        ("InvalidImageName", "InvalidSpec", "the image name is not valid"),
        ("ErrImageNeverPull", "ImagePull", "the image is not on the node"),
        ("CreateContainerConfigError", "ConfigMissing", "the container cannot be configured"),
        ("CreateContainerError", "ContainerFailed", "the container cannot be created"),
        ("RunContainerError", "ContainerFailed", "the container cannot be started"),
    ],
)
def test_a_container_that_does_not_start_says_why(word: str, reason: str, clause: str) -> None:
    state = {"waiting": {"reason": word, "message": "because"}}
    found = read_state(pod(status=container(state, "x")), "x")
    assert (found.state, found.reason) == ("Pending", reason)
    assert found.message == f"does not start: {clause} (because)"


def test_a_pod_without_a_node_waits_for_one() -> None:
    found = read_state(pod(status={"phase": "Pending", "conditions": [NO_NODE]}), "x")
    assert (found.reason, found.message) == (
        "Unschedulable",
        "waits for a node with room: 0/1 nodes",
    )


def test_how_it_ended() -> None:
    found = read_state(pod(status=terminated(3, "Traceback\nno rows\n")), "driver")
    assert (found.state, found.exit_code, found.reason) == ("Failed", 3, None)
    assert found.last_line == "no rows"
    assert read_state(pod(status=terminated(0)), "driver").state == "Succeeded"
    assert read_state(pod(status=terminated(1)), "driver").last_line == ""


def test_what_ended_it_from_outside_counts_more_than_its_words() -> None:
    killed = read_state(pod(status=terminated(137, "words", reason="OOMKilled")), "driver")
    assert (killed.reason, killed.message) == ("OutOfMemory", "used more memory than its limit")
    evicted = {**terminated(137), "reason": "Evicted", "message": "low memory"}
    found = read_state(pod(status=evicted), "driver")
    assert (found.reason, found.message) == ("Evicted", "low memory")
    late = read_state(pod(status={**terminated(143), "reason": "DeadlineExceeded"}), "driver")
    assert late.reason == "DeadlineExceeded"


def test_a_word_of_kubernetes_that_is_not_in_the_list_goes_into_the_message() -> None:
    found = read_state(pod(status={**terminated(1), "reason": "Odd-Word"}), "driver")
    assert (found.reason, found.message) == ("PlatformError", "the Pod ended with Odd-Word")


# -- the pods of one template ------------------------------------------------------------------


@pytest.mark.parametrize("where", ["state", "lastState"])
def test_a_container_that_failed_is_why(where: str) -> None:
    found = why_not_ready([scorer(NEWEST, **{where: {"terminated": END}})], "scorer", NEWEST)
    assert found is not None
    assert (found.state, found.exit_code, found.last_line) == ("Failed", 3, "no")


def test_how_it_ended_now_counts_more_than_before() -> None:
    both = scorer(state={"terminated": END}, lastState={"terminated": {"exitCode": 1}})
    found = why_not_ready([both], "scorer", NEWEST)
    assert found is not None
    assert found.exit_code == 3


def test_a_container_that_failed_tells_more_than_one_that_was_not_started() -> None:
    pods = [scorer(state=PULL), scorer(state={"terminated": END})]
    found = why_not_ready(pods, "scorer", NEWEST)
    assert found is not None
    assert found.exit_code == 3


def test_a_container_that_is_not_started_is_why() -> None:
    found = why_not_ready([scorer(), scorer(state=PULL)], "scorer", NEWEST)
    assert found is not None
    assert found.message == "does not start: the image cannot be pulled (no such tag)"


@pytest.mark.parametrize(
    "found",
    [
        scorer("v1", state={"terminated": END}),
        scorer("v1", state=PULL),
        scorer(state={"running": {}}, ready=True, lastState={"terminated": END}),
        scorer(state={"waiting": {}}),
        scorer(state={"terminated": {"exitCode": 0}}),
        scorer(name="other", state={"terminated": END}),
        pod(labels={"template": "v2"}, status=None),
        over(status={"phase": "Failed"}),
        over(metadata={"deletionTimestamp": EARLIER}),
    ],
)
def test_nothing_is_known(found: Object) -> None:
    assert why_not_ready([found], "scorer", NEWEST) is None
