from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swirl.wire.progress import Progress
from swirl_operator.kinds.analyticsrun.report import progress, read, returned_stream
from swirl_operator.runtime.interface import Object
from swirl_operator.status.reasons import known
from tests.unit.operator.kinds.observed import container, pod, terminated

FAILED = {"outcome": "Failed", "reason": "InvalidParameters", "message": "max_iter is no number"}


def test_a_driver_that_returned() -> None:
    report = read(pod(status=terminated(0, {"message": "trained", "metrics": {"a": "1"}})))
    assert (report.state, report.reason, report.message) == ("Succeeded", "Succeeded", "trained")
    assert report.outcome is not None
    assert report.outcome.metrics == {"a": "1"}
    assert report.finished_at == "2026-01-31T11:59:00Z"
    assert report.started_at == "2026-01-31T11:10:00Z"


@pytest.mark.parametrize("message", [None, "", "no json"])
def test_a_driver_that_returned_and_wrote_nothing(message: str | None) -> None:
    assert read(pod(status=terminated(0, message))).message == "The function returned."


def test_the_container_decides_and_not_the_phase() -> None:
    """A sidecar may outlive the driver."""
    assert read(pod(status={**terminated(0), "phase": "Running"})).state == "Succeeded"
    assert read(pod(status={**terminated(1), "phase": "Running"})).state == "Failed"


def test_other_containers_do_not_matter() -> None:
    status = container({"terminated": {"exitCode": 1}}, name="istio-proxy")
    assert read(pod(status=status)).state == "Pending"


@pytest.mark.parametrize(("code", "permanent"), [(1, False), (2, True), (143, False)])
def test_a_driver_that_says_why_it_failed(code: int, permanent: bool) -> None:
    report = read(pod(status=terminated(code, FAILED)))
    assert (report.state, report.reason) == ("Failed", "InvalidParameters")
    assert report.message == "max_iter is no number"
    assert report.permanent is permanent


def test_a_reason_that_is_not_in_the_list_is_part_of_the_message() -> None:
    report = read(pod(status=terminated(1, {"reason": "TooHot", "message": "88 degrees"})))
    assert (report.reason, report.message) == ("DriverFailed", "TooHot: 88 degrees")
    report = read(pod(status={**terminated(1), "reason": "TooHot", "message": "88 degrees"}))
    assert (report.reason, report.message) == (
        "PlatformError",
        "the driver ended with TooHot (88 degrees)",
    )


def test_exit_code_2_without_a_report_may_pass() -> None:
    """Python itself exits with 2, for example when the image lacks a file."""
    assert read(pod(status=terminated(2, "python3: can't open file"))).permanent is False


def test_a_driver_that_says_nothing_is_quoted_from_its_log() -> None:
    report = read(pod(status=terminated(1, "Traceback …\nValueError: no rows\n")))
    assert report.reason == "DriverFailed"
    assert report.message == "the driver exited with code 1: ValueError: no rows"
    assert read(pod(status=terminated(1))).message == "the driver exited with code 1"


def test_out_of_memory_says_what_to_raise() -> None:
    report = read(pod(status=terminated(137, reason="OOMKilled")))
    assert report.reason == "OutOfMemory"
    assert "memoryOverhead" in report.message


def deadline(status: Object) -> Object:
    return pod(
        status={**status, "reason": "DeadlineExceeded", "phase": "Failed"},
        spec={"activeDeadlineSeconds": 60},
    )


@pytest.mark.parametrize("status", [terminated(143, FAILED), {"phase": "Failed"}])
def test_a_driver_that_took_too_long(status: Object) -> None:
    report = read(deadline(status))
    assert (report.state, report.reason) == ("Failed", "DeadlineExceeded")
    assert report.message == "the attempt took longer than timeoutSeconds (60)"


def test_a_driver_that_ended_well_in_the_last_second_succeeded() -> None:
    assert read(deadline(terminated(0))).state == "Succeeded"


def test_an_evicted_pod_has_no_exit_code() -> None:
    ready = {"type": "Ready", "status": "False", "lastTransitionTime": "2026-01-31T11:58:00Z"}
    status = {
        "phase": "Failed",
        "reason": "Evicted",
        "message": "low memory",
        "conditions": [ready],
    }
    report = read(pod(status=status))
    assert (report.state, report.reason) == ("Failed", "Evicted")
    assert report.message == "the driver was evicted: low memory"
    assert report.finished_at == "2026-01-31T11:58:00Z"


def test_a_pod_that_failed_without_a_word() -> None:
    report = read(pod(status={"phase": "Failed"}))
    assert (report.state, report.reason) == ("Failed", "PlatformError")
    assert report.message


def test_an_evicted_pod_with_an_exit_code() -> None:
    status = {**terminated(137), "reason": "Evicted", "message": "low memory"}
    report = read(pod(status=status))
    assert (report.reason, report.message) == ("Evicted", "the driver was evicted: low memory")


def test_a_running_driver() -> None:
    report = read(pod(status=container({"running": {"startedAt": "2026-01-31T11:10:00Z"}})))
    assert (report.state, report.started_at) == ("Running", "2026-01-31T11:10:00Z")


@pytest.mark.parametrize(
    ("word", "reason"),
    [("ImagePullBackOff", "ImagePull"), ("CreateContainerError", "ContainerFailed")],
)
def test_a_driver_that_does_not_start_says_why(word: str, reason: str) -> None:
    report = read(pod(status=container({"waiting": {"reason": word, "message": "no such tag"}})))
    assert (report.state, report.reason) == ("Pending", reason)
    assert report.message.endswith("(no such tag)")


def test_a_driver_without_a_node() -> None:
    waits = {"type": "PodScheduled", "status": "False", "message": "0/1 nodes: insufficient cpu"}
    report = read(pod(status={"phase": "Pending", "conditions": [waits]}))
    assert report.reason == "Unschedulable"
    assert "insufficient cpu" in report.message


@pytest.mark.parametrize(
    "status", [{}, {"phase": "Pending"}, container({"waiting": {"reason": "ContainerCreating"}})]
)
def test_a_driver_that_starts(status: Object) -> None:
    assert read(pod(status=status)).reason == "DriverStarting"


def test_a_stream_that_returned_has_failed() -> None:
    ended = pod(status=terminated(0))
    report = returned_stream(read(ended), ended)
    assert (report.state, report.reason) == ("Failed", "StreamEnded")
    assert report.finished_at == "2026-01-31T11:59:00Z"


def test_a_stream_that_returned_since_it_was_told_to_stop_was_lost() -> None:
    told = {"deletionTimestamp": "2026-01-31T11:59:30Z", "deletionGracePeriodSeconds": 45}
    ended = pod(status=terminated(0), metadata=told)
    assert returned_stream(read(ended), ended).reason == "DriverLost"


def annotated(value: Any) -> Object:
    text = value if isinstance(value, str) else json.dumps(value)
    return pod(metadata={"annotations": {"swirl.dev/progress": text}})


@pytest.mark.parametrize("reason", ["Cancelled", "OOMKilled", "Blamed", "Succeeded"])
def test_a_driver_gives_no_reason_that_is_somebody_elses_to_give(reason: str) -> None:
    report = read(pod(status=terminated(1, {"reason": reason, "message": "so I say"})))
    assert (report.reason, report.message) == ("DriverFailed", f"{reason}: so I say")


def test_a_driver_that_was_killed_after_it_was_done_does_not_fail_as_succeeded() -> None:
    done = {"outcome": "Succeeded", "reason": "Succeeded", "message": "trained"}
    report = read(pod(status=terminated(137, done)))
    assert (report.state, report.reason) == ("Failed", "DriverFailed")
    assert (
        report.message
        == "the driver was killed by signal 9 (SIGKILL) after its function had returned"
    )


def test_progress() -> None:
    said = Progress.of(0.4, "fits").to_json()
    assert progress(annotated(said)) == {"percent": 40, "message": "fits"}
    assert progress(pod()) is None


def test_progress_is_cut_to_what_the_status_takes() -> None:
    found = progress(annotated({"percent": 12, "message": "x" * 2000}))
    assert found == {"percent": 12, "message": "x" * 200}


@pytest.mark.parametrize(
    "value", ["half", [], {}, {"percent": 101}, {"percent": 1.5}, {"percent": -1}, "[" * 9]
)
def test_progress_that_the_status_would_not_take_is_none(value: Any) -> None:
    assert progress(annotated(value)) is None


@given(st.integers(0, 255), st.text(), st.none() | st.text(), st.none() | st.text(min_size=1))
def test_every_ending_makes_a_reason_and_a_message(
    code: int, message: str, why: str | None, pod_reason: str | None
) -> None:
    text = message if why is None else json.dumps({"reason": why, "message": message})
    report = read(pod(status={**terminated(code, text), "reason": pod_reason}))
    assert report.state == ("Succeeded" if code == 0 else "Failed")
    assert known(report.reason) is report.reason
    assert report.message


def test_a_driver_that_was_killed_is_not_quoted() -> None:
    for last in ("epoch 3 of 9", '{"time": "2026-11-28T10:00:00Z", "message": "epoch 3 of 9"}'):
        report = read(pod(status=terminated(137, last)))
        assert (report.reason, report.message) == (
            "DriverFailed",
            "the driver was killed by signal 9 (SIGKILL)",
        )
