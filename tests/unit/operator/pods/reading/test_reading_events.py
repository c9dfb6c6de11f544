"""What only a Pod's Events tell."""

from __future__ import annotations

from typing import Any

import pytest

from swirl_operator.pods.reading.events import killed_by_probe, probe_failure, why_not_started
from swirl_operator.runtime.interface import Object

SUMMARY = (
    "Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[], failed to "
    "process volumes=[]: context deadline exceeded"
)
MOUNT = (
    'MountVolume.SetUp failed for volume "data" : mount failed: exit status 32: mount.nfs: '
    "Connection refused"
)


def event(reason: str, note: str = "", minute: int = 0, **more: Any) -> Object:
    return {
        "reason": reason,
        "note": note,
        "deprecatedFirstTimestamp": "2026-01-31T11:00:00Z",
        "deprecatedLastTimestamp": f"2026-01-31T11:{minute:02}:00Z",
        **more,
    }


@pytest.mark.parametrize(
    ("word", "note", "reason", "message"),
    [
        (
            "FailedMount",
            MOUNT,
            "VolumeMount",
            "waits for its volume data: mount failed: exit status 32: mount.nfs: Connection "
            "refused",
        ),
        (
            "FailedMount",
            SUMMARY,
            "VolumeMount",
            "waits for its volumes data, which cannot be attached or mounted",
        ),
        (
            "FailedAttachVolume",
            'Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) old-1',
            "VolumeMount",
            'waits for its volume pvc-1: Multi-Attach error for volume "pvc-1" Volume is already '
            "used by pod(s) old-1",
        ),
        (
            "FailedMount",
            'MountVolume.SetUp failed for volume "kafka" : secret "swirl-kafka" not found',
            "ConfigMissing",
            "does not start: Secret swirl-kafka does not exist; create it",
        ),
        (
            "FailedCreatePodSandBox",
            "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network"
            f' for sandbox "{"ab" * 32}": plugin type="bridge" failed: no IP addresses available',
            "SandboxFailed",
            "does not start: the node cannot set it up: failed to setup network for sandbox "
            '"…": plugin type="bridge" failed: no IP addresses available',
        ),
        (
            "NetworkNotReady",
            "network is not ready: container runtime network not ready",
            "SandboxFailed",
            "does not start: the node cannot set it up: container runtime network not ready",
        ),
        (
            "Pulling",
            'Pulling image "ads:1"',
            None,
            "pulls image ads:1 since 2026-01-31T11:00:00Z",
        ),
    ],
)
def test_why_it_does_not_start(word: str, note: str, reason: str | None, message: str) -> None:
    found = why_not_started([event("Scheduled"), event(word, note)])
    assert found is not None
    assert (found.reason, found.message) == (reason, message)


def test_the_event_of_one_volume_says_more_than_the_summary() -> None:
    found = why_not_started([event("FailedMount", MOUNT, 1), event("FailedMount", SUMMARY, 2)])
    assert found is not None
    assert "Connection refused" in found.message


def test_what_was_mended_counts_no_more() -> None:
    assert why_not_started([event("FailedMount", MOUNT, 1), event("Pulled", minute=2)]) is None
    pulling = why_not_started([event("FailedMount", MOUNT, 1), event("Pulling", "x", 2)])
    assert pulling is not None
    assert pulling.reason is None
    assert why_not_started([]) is None


@pytest.mark.parametrize(
    ("note", "message"),
    [
        (
            "Readiness probe failed: HTTP probe failed with statuscode: 503",
            "runs and does not answer its readiness probe: HTTP probe failed with statuscode: 503",
        ),
        (
            'Startup probe failed: Get "http://10.244.0.5:8080/v2": dial tcp 10.244.0.5:8080: '
            "connect: connection refused",
            'runs and does not answer its startup probe: Get "http://10.244.0.5:8080/v2": dial tcp '
            "10.244.0.5:8080: connect: connection refused",
        ),
        (
            "Liveness probe errored and resulted in unknown state: rpc error: code = Unknown "
            "desc = gone",
            "runs and does not answer its liveness probe: gone",
        ),
    ],
)
def test_what_the_probe_said(note: str, message: str) -> None:
    about: Object = {"regarding": {"fieldPath": "spec.containers{scorer}"}}
    found = probe_failure([event("Started"), event("Unhealthy", note, 1, **about)], "scorer")
    assert found is not None
    assert (found.reason, found.message) == ("ProbeFailed", message)
    assert found.since == "2026-01-31T11:00:00Z"
    assert probe_failure([event("Unhealthy", note, 0, **about)], "proxy") is None


def test_a_container_that_its_probe_ended() -> None:
    about: Object = {"regarding": {"fieldPath": "spec.containers{scorer}"}}
    note = "Container scorer failed liveness probe, will be restarted"
    assert killed_by_probe([event("Killing", note, **about)], "scorer") == "liveness"
    stopped = [event("Killing", "Stopping container scorer", **about)]
    assert killed_by_probe(stopped, "scorer") is None
    assert killed_by_probe([], "scorer") is None


def test_what_is_said_of_a_neighbour_is_not_said_of_the_container() -> None:
    about: Object = {"regarding": {"fieldPath": "spec.containers{scorer-proxy}"}}
    note = "Container scorer-proxy failed liveness probe, will be restarted"
    assert killed_by_probe([event("Killing", note, **about)], "scorer") is None
    assert (
        probe_failure([event("Unhealthy", "Liveness probe failed: no", **about)], "scorer") is None
    )


def test_events_of_either_api_are_sorted_by_when_they_were_seen_last() -> None:
    series: Object = {"series": {"lastObservedTime": "2026-01-31T11:30:00.000000Z"}}
    bare = {"reason": "Pulled", "note": "", "eventTime": "2026-01-31T11:20:00.000000Z"}
    old = {"reason": "Failed", "metadata": {"creationTimestamp": "2026-01-31T11:10:00Z"}}
    found = why_not_started([bare, old, event("FailedMount", MOUNT, **series)])
    assert found is not None
    assert found.reason == "VolumeMount"
