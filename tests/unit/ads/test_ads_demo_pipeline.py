"""What the demo applies, deletes and waits for, against a kubectl that is made up."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from adsdemo.kube import Kubectl
from adsdemo.pipeline import Pipeline
from devtools.errors import ToolError
from devtools.progress import Progress
from devtools.wait import TimedOut


class Made:
    """Answers each `get` with the next of what a test has prepared; the last one stays."""

    def __init__(self, **objects: list[dict[str, Any]]) -> None:
        self._objects = {kind: iter(found) for kind, found in objects.items()}
        self._last: dict[str, dict[str, Any]] = {}
        self.applied: list[str] = []
        self.ran: list[tuple[str, ...]] = []

    def apply(self, manifest: str) -> None:
        self.applied.append(manifest)

    def run(self, *words: str) -> str:
        self.ran.append(words)
        return ""

    def get(self, kind: str, name: str) -> dict[str, Any] | None:
        found: Iterator[dict[str, Any]] = self._objects.get(kind, iter(()))
        self._last[kind] = next(found, self._last.get(kind, {}))
        return self._last[kind] or None

    def items(self, kind: str) -> list[dict[str, Any]]:
        return list(self._objects[kind])


def _pipeline(made: Made, folder: Path = Path()) -> Pipeline:
    progress = Progress(io.StringIO())
    seconds = [0.0]

    def sleep(interval: float) -> None:
        seconds[0] += interval

    return Pipeline(
        cast(Kubectl, made),
        folder,
        "swirl/ads:abc",
        progress,
        clock=lambda: seconds[0],
        sleep=sleep,
    )


def _resource(status: str, kind: str = "Ready", seen: int = 2, **more: Any) -> dict[str, Any]:
    found = {"type": kind, "status": status, "reason": "Because", "message": "it is so"}
    return {
        "metadata": {"name": "it", "generation": 2},
        "status": {"observedGeneration": seen, "conditions": [found], **more},
    }


def test_files_are_applied_with_the_image_that_was_built(tmp_path: Path) -> None:
    (tmp_path / "feed.yaml").write_text("image: localhost/swirl/ads:dev\n")
    made = Made()
    _pipeline(made, tmp_path).apply("feed.yaml")
    assert made.applied == ["image: swirl/ads:abc\n"]


def test_ready_for_an_older_spec_is_not_ready() -> None:
    with pytest.raises(TimedOut, match="it is so"):
        _pipeline(Made(ajob=[_resource("True", seen=1)])).wait_ready("ajob", "train-sentiment")
    _pipeline(Made(ajob=[_resource("True", seen=1), _resource("True")])).wait_ready("ajob", "it")


def test_waiting_ends_at_once_when_it_is_in_vain() -> None:
    with pytest.raises(ToolError, match="ajob/it: Stalled=True, Because: it is so") as raised:
        _pipeline(Made(ajob=[_resource("True", kind="Stalled")])).wait_ready("ajob", "it")
    assert not isinstance(raised.value, TimedOut)


def test_another_version_is_waited_for() -> None:
    versions = [{"status": {"version": name}} for name in ("run-1", "run-1", "run-2")]
    made = Made(ajob=[_resource("Unknown")], mserver=versions)
    assert _pipeline(made).wait_other_version("run-1") == "run-2"


def test_a_failed_training_ends_the_wait_for_its_version() -> None:
    job = _resource("False", currentRun={"name": "run-2", "outcome": "Failed"})
    made = Made(ajob=[job], mserver=[{"status": {"version": "run-1"}}])
    with pytest.raises(ToolError, match="the run run-2 failed"):
        _pipeline(made).wait_other_version("run-1")


def test_a_deployment_is_rolled_out_when_only_new_pods_are_left() -> None:
    def deployment(replicas: int, updated: int, available: int) -> dict[str, Any]:
        counts = {
            "observedGeneration": 2,
            "replicas": replicas,
            "updatedReplicas": updated,
            "availableReplicas": available,
        }
        return {"metadata": {"generation": 2}, "spec": {"replicas": 1}, "status": counts}

    with pytest.raises(TimedOut, match="1 of 1 pods updated, 1 available"):
        _pipeline(Made(deployment=[deployment(2, 1, 1)])).wait_deployment("feed")
    _pipeline(Made(deployment=[deployment(2, 1, 2), deployment(1, 1, 1)])).wait_deployment("feed")


def test_only_failed_runs_are_repeated() -> None:
    def run(name: str, status: str) -> dict[str, Any]:
        found = {"type": "Succeeded", "status": status}
        return {"metadata": {"name": name}, "status": {"conditions": [found]}}

    runs = [run("a", "True"), run("b", "False"), run("c", "Unknown"), {"metadata": {"name": "d"}}]
    made = Made(arun=runs)
    _pipeline(made).forget_failed_runs()
    assert made.ran == [("delete", "arun", "b", "-n", "ads")]
