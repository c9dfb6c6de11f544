"""How a container ended, and what ended it."""

from __future__ import annotations

import pytest

from swirl_operator.pods.reading.ended import disrupted, in_words, read_end, read_end_of_pod
from swirl_operator.runtime.interface import Object
from tests.unit.operator.kinds.observed import EARLIER, pod


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (1, "exited with code 1"),
        (2, "exited with code 2"),
        (128, "exited with code 128"),
        (134, "was killed by signal 6 (SIGABRT)"),
        (137, "was killed by signal 9 (SIGKILL)"),
        (139, "was killed by signal 11 (SIGSEGV)"),
        (143, "was killed by signal 15 (SIGTERM)"),
        (255, "exited with code 255"),
    ],
)
def test_exit_codes_in_words(code: int, words: str) -> None:
    assert in_words(code) == words
    assert read_end(pod(), {"exitCode": code}).message == words
    assert read_end(pod(), {"exitCode": code}).reason is None


def test_a_signal_that_the_runtime_tells() -> None:
    assert in_words(1, 9) == "was killed by signal 9 (SIGKILL)"


EVICTION = "The node was low on resource: memory. Threshold quantity: 100Mi, available: 12Mi. "


@pytest.mark.parametrize(
    ("word", "said", "reason", "message"),
    [
        (
            "Evicted",
            EVICTION,
            "Evicted",
            "was evicted: The node was low on resource: memory. Threshold quantity: 100Mi, "
            "available: 12Mi",
        ),
        (
            "Preempting",
            "Preempted in order to admit critical pod",
            "Preempted",
            "was preempted by its node: Preempted in order to admit critical pod",
        ),
        (
            "Terminated",
            "Pod was terminated in response to imminent node shutdown.",
            "NodeLost",
            "was ended, since its node shuts down: Pod was terminated in response to imminent node "
            "shutdown",
        ),
        (
            "NodeShutdown",
            "Pod was rejected as the node is shutting down.",
            "NodeLost",
            "was not let in by its node, which shuts down: Pod was rejected as the node is "
            "shutting down",
        ),
        (
            "NodeLost",
            "Node n1 which was running pod x is unresponsive",
            "NodeLost",
            "was lost with its node, which does not answer: Node n1 which was running pod x is "
            "unresponsive",
        ),
        (
            "OutOfcpu",
            "Pod was rejected: Node didn't have enough resource: cpu, requested: 1000",
            "PlatformError",
            "was not let in by its node: Pod was rejected: Node didn't have enough resource: cpu, "
            "requested: 1000",
        ),
        (
            "OutOfnvidia.com/gpu",
            "",
            "PlatformError",
            "was not let in by its node: OutOfnvidia.com/gpu",
        ),
        ("Odd", "words", "PlatformError", "ended with Odd (words)"),
    ],
)
def test_what_the_pod_says(word: str, said: str, reason: str, message: str) -> None:
    taken = pod(status={"phase": "Failed", "reason": word, "message": said})
    for found in (read_end(taken, {"exitCode": 137}), read_end_of_pod(taken)):
        assert (found.reason, found.message) == (reason, message)


@pytest.mark.parametrize(
    ("word", "reason", "message"),
    [
        ("EvictionByEvictionAPI", "Evicted", "was evicted: its node is drained"),
        ("DeletionByTaintManager", "Evicted", "was evicted: its node has a NoExecute taint"),
        ("PreemptionByScheduler", "Preempted", "was preempted by a Pod of higher priority"),
        ("DeletionByPodGC", "NodeLost", "was lost with its node, which is gone"),
        ("TerminationByKubelet", "Evicted", "was ended by its node"),
        ("Other", "Evicted", "was taken away (Other)"),
    ],
)
def test_what_the_disruption_was(word: str, reason: str, message: str) -> None:
    taken = pod(status={"phase": "Failed", "conditions": [target(word)]})
    for found in (disrupted(taken), read_end(taken, {"exitCode": 143}), read_end_of_pod(taken)):
        assert found is not None
        assert found.reason == reason
        assert found.message.startswith(message)


def test_a_disruption_that_was_taken_back() -> None:
    assert disrupted(pod(status={"conditions": [target("EvictionByEvictionAPI", "False")]})) is None
    assert disrupted(pod()) is None


def target(reason: str, status: str = "True") -> Object:
    return {
        "type": "DisruptionTarget",
        "status": status,
        "reason": reason,
        "message": "as it was",
        "lastTransitionTime": EARLIER,
    }


def test_memory_counts_more_than_what_else_happened() -> None:
    evicted = pod(status={"reason": "Evicted"})
    found = read_end(evicted, {"exitCode": 137, "reason": "OOMKilled"})
    assert (found.reason, found.message) == ("OutOfMemory", "used more memory than its limit")


def test_a_deadline() -> None:
    late = pod(spec={"activeDeadlineSeconds": 60}, status={"reason": "DeadlineExceeded"})
    for found in (read_end(late, {"exitCode": 143}), read_end_of_pod(late)):
        assert (found.reason, found.message) == (
            "DeadlineExceeded",
            "ran past its deadline of 60 s",
        )


def test_a_command_that_cannot_be_run() -> None:
    said = 'exec: "nope": executable file not found in $PATH: unknown'
    found = read_end(pod(), {"exitCode": 128, "reason": "StartError", "message": said})
    assert found.reason == "ContainerFailed"
    assert found.message == f"does not start: its command cannot be run ({said})"


def test_an_end_that_its_node_does_not_know() -> None:
    found = read_end(pod(), {"exitCode": 137, "reason": "ContainerStatusUnknown"})
    assert found.reason == "NodeLost"


def test_a_pod_that_ended_without_a_word() -> None:
    found = read_end_of_pod(pod(status={"phase": "Failed"}))
    assert (found.reason, found.message) == ("PlatformError", "ended and left no exit code")
