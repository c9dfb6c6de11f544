"""One reading of a Pod, for whatever it was made."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from swirl_operator.pods.state import read_state
from swirl_operator.runtime.interface import Object
from tests.unit.operator.kinds.observed import EARLIER, NOW, container, pod, terminated

NO_NODE: Object = {"type": "PodScheduled", "status": "False", "message": "0/1 nodes"}
PLACED: Object = {"type": "PodScheduled", "status": "True", "lastTransitionTime": EARLIER}


def of(status: Object, name: str = "driver", **more: Any) -> Object:
    return pod(status=status, **more)


def test_a_container_that_starts_says_where() -> None:
    starting = container({"waiting": {"reason": "ContainerCreating"}}, conditions=[PLACED])
    found = read_state(of(starting, spec={"nodeName": "n1"}), "driver")
    assert (found.state, found.reason) == ("Pending", None)
    assert found.message == f"starts on node n1 since {EARLIER}"


def test_a_container_that_runs() -> None:
    found = read_state(of(container({"running": {"startedAt": EARLIER}})), "driver")
    assert (found.state, found.reason, found.message) == ("Running", None, "")
    assert (found.ready, found.started_at) == (True, EARLIER)


def test_the_container_says_more_than_the_scheduler() -> None:
    state = {"waiting": {"reason": "ImagePullBackOff", "message": "no such tag"}}
    found = read_state(of(container(state, conditions=[NO_NODE])), "driver")
    assert (found.state, found.reason) == ("Pending", "ImagePull")


def test_a_name_that_is_no_image_is_permanent() -> None:
    """Case: waiting will not make `Team/Ads:1.4` a name."""
    state = {"waiting": {"reason": "InvalidImageName", "message": "must be lowercase"}}
    spec = {"containers": [{"name": "driver", "image": "Team/Ads:1.4"}]}
    found = read_state(of(container(state), spec=spec), "driver")
    assert (found.reason, found.permanent) == ("InvalidSpec", True)
    assert '"Team/Ads:1.4" is not a valid image name' in found.message


def test_a_pod_without_a_node_waits_for_one() -> None:
    found = read_state(pod(status={"phase": "Pending", "conditions": [NO_NODE]}), "driver")
    assert (found.state, found.reason, found.message) == (
        "Pending",
        "Unschedulable",
        "waits for a node with room: 0/1 nodes",
    )


def test_what_only_events_tell() -> None:
    event = {"reason": "FailedMount", "note": 'secret "x" not found', "eventTime": EARLIER}
    status = {"phase": "Pending", "conditions": [PLACED]}
    found = read_state(of(status, spec={"nodeName": "n1"}), "driver", events=[event])
    assert (found.reason, found.message) == (
        "ConfigMissing",
        "does not start: Secret x does not exist; create it",
    )


def test_how_it_ended() -> None:
    found = read_state(pod(status=terminated(3, "Traceback\nno rows\n")), "driver")
    assert (found.state, found.exit_code, found.reason) == ("Failed", 3, None)
    assert (found.message, found.last_line) == ("exited with code 3", "no rows")
    assert read_state(pod(status=terminated(0)), "driver").state == "Succeeded"
    assert read_state(pod(status=terminated(1)), "driver").last_line == ""


def test_a_process_that_was_killed_is_not_its_last_print() -> None:
    found = read_state(pod(status=terminated(137, "epoch 3 of 10")), "driver")
    assert (found.reason, found.message) == (None, "was killed by signal 9 (SIGKILL)")


def test_what_ended_it_from_outside_counts_more_than_its_words() -> None:
    killed = read_state(pod(status=terminated(137, "words", reason="OOMKilled")), "driver")
    assert (killed.reason, killed.message) == ("OutOfMemory", "used more memory than its limit")
    evicted = {**terminated(137), "reason": "Evicted", "message": "low memory"}
    found = read_state(pod(status=evicted), "driver")
    assert (found.reason, found.message) == ("Evicted", "was evicted: low memory")


def test_a_pod_that_was_evicted_before_its_container_left_an_exit_code() -> None:
    ready = {"type": "Ready", "status": "False", "lastTransitionTime": EARLIER}
    status = {"phase": "Failed", "reason": "Evicted", "message": "low", "conditions": [ready]}
    found = read_state(pod(status=status), "driver")
    assert (found.state, found.reason, found.finished_at) == ("Failed", "Evicted", EARLIER)


@pytest.mark.parametrize(
    ("ended", "words"),
    [
        (
            {"exitCode": 1, "message": "Traceback\nKeyError: 'x'"},
            "exited with code 1: KeyError: 'x'",
        ),
        ({"exitCode": 137}, "was killed by signal 9 (SIGKILL)"),
        ({"exitCode": 0}, "exited with code 0"),
    ],
)
def test_a_container_that_is_started_again_and_again(ended: Object, words: str) -> None:
    status = container({"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 40s"}})
    status["containerStatuses"][0] |= {"restartCount": 4, "lastState": {"terminated": ended}}
    found = read_state(pod(status=status), "driver")
    assert (found.state, found.reason) == ("Pending", "RestartLoop")
    assert found.message == f"was started again 4 times; the last time it {words}"
    assert found.exit_code == ended["exitCode"]


def test_a_container_that_needs_more_memory_each_time() -> None:
    status = container({"waiting": {"reason": "CrashLoopBackOff"}})
    ended = {"exitCode": 137, "reason": "OOMKilled"}
    status["containerStatuses"][0] |= {"restartCount": 1, "lastState": {"terminated": ended}}
    found = read_state(pod(status=status), "driver")
    assert found.reason == "OutOfMemory"
    assert found.message == (
        "was started again 1 time; the last time it used more memory than its limit"
    )


def test_a_container_that_its_probe_ends_again_and_again() -> None:
    status = container({"waiting": {"reason": "CrashLoopBackOff"}})
    status["containerStatuses"][0] |= {
        "restartCount": 5,
        "lastState": {"terminated": {"exitCode": 143}},
    }
    killing = {
        "reason": "Killing",
        "note": "Container driver failed liveness probe, will be restarted",
        "regarding": {"fieldPath": "spec.containers{driver}"},
    }
    found = read_state(pod(status=status), "driver", events=[killing])
    assert found.message.endswith("it was ended since it did not answer its liveness probe")


def test_a_dead_node_whose_pod_is_deleted_and_never_gone() -> None:
    """A status by hand: nothing but the deletion that nobody confirms tells of the node."""
    status = container({"running": {"startedAt": EARLIER}})
    deleted = {"deletionTimestamp": EARLIER, "deletionGracePeriodSeconds": 30}
    made = pod(spec={"nodeName": "x-dead"}, status=status, metadata=deleted)
    found = read_state(made, "driver", now=NOW)
    assert (found.state, found.reason, found.ready) == ("Running", "Terminating", False)
    assert "node x-dead does not answer, or cannot end it" in found.message
    assert "kubectl delete node x-dead" in found.message
    early = read_state(made, "driver", now=NOW - timedelta(hours=1))
    assert (early.reason, early.ready) == ("Terminating", False)
    assert "kubectl" not in early.message


def test_a_pod_that_is_deleted_before_it_started() -> None:
    found = read_state(pod(metadata={"deletionTimestamp": EARLIER}), "driver")
    assert (found.state, found.reason) == ("Pending", "Terminating")
    assert found.message == "is Terminating and never started"


@pytest.mark.parametrize("status", [None, {}, {"containerStatuses": None}, {"conditions": None}])
def test_a_status_with_nothing_in_it(status: Object | None) -> None:
    assert read_state(pod(status=status), "driver").state == "Pending"
