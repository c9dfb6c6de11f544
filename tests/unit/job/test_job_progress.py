from __future__ import annotations

import http.server
import json
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from swirl.job.progress import ProgressReporter, merge_patch, pod_patch
from swirl.wire.labels import PROGRESS
from swirl.wire.progress import Progress


def test_merge_patch() -> None:
    said = Progress(40, "fitting")
    annotations = json.loads(merge_patch(said))["metadata"]["annotations"]
    assert Progress.read(annotations[PROGRESS]) == said


class Pod:
    def __init__(self) -> None:
        self.patches: list[tuple[float, Progress | None]] = []
        self.failure: Exception | None = None
        self.calls = 0

    def __call__(self, body: bytes) -> None:
        self.calls += 1
        if self.failure is not None:
            raise self.failure
        annotation = json.loads(body)["metadata"]["annotations"][PROGRESS]
        self.patches.append((time.monotonic(), Progress.read(annotation)))


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
    pod.failure = OSError("forbidden")
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
    assert "forbidden" in warnings[0].message


def test_outside_of_a_cluster_there_is_no_pod(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    assert pod_patch(tmp_path) is None
    progress = ProgressReporter(None)
    progress.report(0.5)
    progress.close()


@contextmanager
def api_server(folder: Path, seen: list[dict[str, Any]]) -> Iterator[int]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_PATCH(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append({"path": self.path, "headers": dict(self.headers), "body": body})
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """Keep the test's output quiet."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "ca.crt", folder / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_pod_is_patched_over_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run(
        [
            *["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"],
            *["-subj", "/CN=api", "-addext", "subjectAltName=IP:127.0.0.1"],
            *["-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "ca.crt")],
        ],
        check=True,
        capture_output=True,
    )
    (tmp_path / "token").write_text("secret\n")
    seen: list[dict[str, Any]] = []
    with api_server(tmp_path, seen) as port:
        monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
        monkeypatch.setenv("KUBERNETES_SERVICE_PORT", str(port))
        monkeypatch.setenv("SWIRL_POD_NAMESPACE", "ads")
        monkeypatch.setenv("SWIRL_POD_NAME", "train-1-1")
        patch = pod_patch(tmp_path)
        assert patch is not None
        patch(b"{}")
    assert seen[0]["path"] == "/api/v1/namespaces/ads/pods/train-1-1"
    assert seen[0]["headers"]["Authorization"] == "Bearer secret"
    assert seen[0]["headers"]["Content-Type"] == "application/merge-patch+json"
