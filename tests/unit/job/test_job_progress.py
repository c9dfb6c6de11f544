"""Progress is told seldom, in the background, and costs its run nothing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from swirl.job.progress import ProgressReporter, to_pod
from swirl.kube.errors import Forbidden
from swirl.wire.labels import PROGRESS
from swirl.wire.progress import Progress
from tests.support.api_server import serving


class Pod:
    def __init__(self) -> None:
        self.patches: list[tuple[float, Progress]] = []
        self.failure: Exception | None = None
        self.calls = 0

    def __call__(self, progress: Progress) -> None:
        self.calls += 1
        if self.failure is not None:
            raise self.failure
        self.patches.append((time.monotonic(), progress))


def test_reports_are_seldom_and_the_last_arrives() -> None:
    pod = Pod()
    progress = ProgressReporter(pod, interval=0.1)
    start = time.monotonic()
    for step in range(101):
        progress.report(step / 100, f"step {step}")
        time.sleep(0.003)
    progress.close()
    elapsed = time.monotonic() - start
    assert pod.patches[-1][1] == Progress(100, "step 100")
    assert len(pod.patches) <= elapsed / 0.1 + 2
    assert len(pod.patches) >= 2


def test_fractions_stay_within_bounds() -> None:
    pod = Pod()
    progress = ProgressReporter(pod)
    progress.report(7, "x" * 500)
    progress.close()
    assert pod.patches[0][1] == Progress(100, "x" * 200)


def test_a_failing_cluster_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    pod = Pod()
    pod.failure = Forbidden(403, "Forbidden", "not you")
    progress = ProgressReporter(pod, interval=0.01)
    for _ in range(5):
        calls = pod.calls
        progress.report(0.1)
        end = time.monotonic() + 5
        while pod.calls == calls and time.monotonic() < end:
            time.sleep(0.005)
    progress.close()
    assert pod.calls == 5
    warnings = [record for record in caplog.records if record.levelname == "WARNING"]
    assert len(warnings) == 1
    assert "not you" in warnings[0].message


HOST = "KUBERNETES_SERVICE_HOST"
ACCOUNT = "SWIRL_SERVICE_ACCOUNT"


@pytest.mark.parametrize("missing", [HOST, "namespace", "name", "token"])
def test_outside_of_a_cluster_there_is_no_pod(missing: str, tmp_path: Path) -> None:
    if missing != "token":
        (tmp_path / "token").write_text("secret\n")
    environ = {} if missing == HOST else {HOST: "127.0.0.1"}
    namespace = None if missing == "namespace" else "ads"
    name = None if missing == "name" else "train-1-1"
    assert to_pod(namespace, name, {**environ, ACCOUNT: str(tmp_path)}) is None


def test_without_a_pod_progress_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    progress = ProgressReporter(None)
    progress.report(0.5, "half")
    progress.close()
    assert "progress 50% half" in caplog.text


def test_the_annotation_is_merged_into_the_own_pod(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret\n")
    with serving() as api:
        environ = {HOST: "127.0.0.1", "SWIRL_KUBERNETES_URL": api.url, ACCOUNT: str(tmp_path)}
        send = to_pod("ads", "train-1-1", environ)
        assert send is not None
        send(Progress(40, "fitting"))
    (asked,) = api.requests
    assert (asked.method, asked.path) == ("PATCH", "/api/v1/namespaces/ads/pods/train-1-1")
    assert asked.headers["content-type"] == "application/merge-patch+json"
    assert Progress.read(asked.body["metadata"]["annotations"][PROGRESS]) == Progress(40, "fitting")
