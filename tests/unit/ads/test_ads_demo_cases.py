"""Verdicts as they are read, and the three cases played against a pipeline that is made up."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from adsdemo import verdict
from adsdemo.cases import Cases
from adsdemo.diagnosis import conditions, trouble
from adsdemo.kube import describe, is_current
from adsdemo.pipeline import Pipeline
from adsdemo.report import Case, Report
from adsdemo.verdict import DATA_BROKEN, MODEL_BUG, Verdict
from devtools.errors import ToolError
from devtools.progress import Progress
from devtools.wait import TimedOut

HEALTHY = Verdict("Healthy", "Healthy")
DATA = Verdict("Broken", DATA_BROKEN, "ingest")
MODEL = Verdict("Broken", MODEL_BUG, "classify", "ModelServer/sentiment", "train-sentiment-2")


class Made:
    """A pipeline whose monitor says after each fault what a test wants it to say."""

    def __init__(self, after_feed: Verdict = DATA, after_train: Verdict = MODEL) -> None:
        self.applied: list[str] = []
        self.now = HEALTHY
        self.version = "train-sentiment-1"
        self.symptoms = {"invalid_records", "positive_ratio", "clicks"}
        self._coming: Verdict | None = None
        self._after = {"faults/feed-v2.yaml": after_feed, "faults/train-v2.yaml": after_train}

    def apply(self, file: str) -> None:
        self.applied.append(file)
        if file == "faults/train-v2.yaml":
            self.version = "train-sentiment-2"
            self._coming = self._after[file]
            return
        self.now = self._after.get(file, HEALTHY)
        if file == "manifests/train.yaml":
            self.version = "train-sentiment-1"

    def served_version(self) -> str:
        return self.version

    def wait_other_version(self, old: str) -> str:
        assert self.version != old
        return self.version

    def verdict(self) -> Verdict:
        return self.now

    def wait_state(self, state: str, timeout: float) -> Verdict:
        if self._coming is not None:
            self.now, self._coming = self._coming, None
        if self.now.state != state:
            raise TimedOut(f"waited {timeout} s")
        return self.now

    def wait_evidence(self, metrics: frozenset[str], timeout: float) -> Verdict:
        if not metrics <= self.symptoms:
            raise TimedOut(f"waited {timeout} s")
        item = {"node": "n", "value": "1", "low": "2", "high": "3"}
        evidence = tuple({"metric": metric, **item} for metric in sorted(metrics))
        self.now = replace(self.now, evidence=evidence)
        return self.now

    def table(self) -> str:
        return "NAME READY"


def _play(made: Made, folder: Path) -> tuple[Report, str]:
    stream = io.StringIO()
    progress = Progress(stream)
    report = Report(folder / "build" / "demo.json")
    moments = iter(range(10_000))
    cases = Cases(
        cast(Pipeline, made), progress, report,
        clock=lambda: float(next(moments)), sleep=lambda _: None,
    )  # fmt: skip
    cases.healthy()
    cases.format_change()
    cases.buggy_model()
    report.write(progress.timings)
    return report, stream.getvalue()


def test_three_right_verdicts_and_the_recovery(tmp_path: Path) -> None:
    made = Made()
    report, printed = _play(made, tmp_path)
    assert report.passed
    assert made.applied == [
        "faults/feed-v2.yaml",
        "manifests/feed.yaml",
        "faults/train-v2.yaml",
        "manifests/train.yaml",
    ]
    written = json.loads(report.path.read_text())
    assert [case["verdict"] for case in written["cases"]] == ["Healthy", DATA_BROKEN, MODEL_BUG]
    assert written["recovery"]["version"] == "train-sentiment-1"
    assert {"case 1", "case 2", "case 3", "recovery"} <= set(written["timings"])
    assert f"Broken: {MODEL_BUG} (node classify)" in printed


def test_the_symptoms_downstream_are_shown_and_reported(tmp_path: Path) -> None:
    report, printed = _play(Made(), tmp_path)
    assert printed.count("clicks at n: 1, normal is 2 to 3") == 2
    symptoms = [
        {item["metric"] for item in case["evidence"]}
        for case in json.loads(report.path.read_text())["cases"]
    ]
    assert symptoms == [
        set(),
        {"invalid_records", "positive_ratio", "clicks"},
        {"positive_ratio", "clicks"},
    ]


def test_symptoms_that_do_not_come_change_no_verdict(tmp_path: Path) -> None:
    made = Made()
    made.symptoms = set()
    report, _ = _play(made, tmp_path)
    assert report.passed


def test_a_wrong_sentence_fails_the_demo(tmp_path: Path) -> None:
    report, printed = _play(Made(after_train=DATA), tmp_path)
    assert not report.passed
    assert f"WRONG, expected {MODEL_BUG}" in printed


def test_the_right_sentence_about_the_wrong_node_fails_the_demo(tmp_path: Path) -> None:
    wrong = Verdict("Broken", DATA_BROKEN, "classify")
    assert not _play(Made(after_feed=wrong), tmp_path)[0].passed


def test_no_verdict_in_time_fails_the_demo(tmp_path: Path) -> None:
    assert not _play(Made(after_feed=HEALTHY), tmp_path)[0].passed


def test_a_late_verdict_is_not_right() -> None:
    assert Case("format change", DATA_BROKEN, "ingest", DATA, 59.9).right
    assert not Case("format change", DATA_BROKEN, "ingest", DATA, 60.1).right


def test_an_alarm_while_healthy_fails_case_1(tmp_path: Path) -> None:
    made = Made()
    said = iter([HEALTHY, DATA])
    made.verdict = lambda: next(said)  # type: ignore[method-assign]
    report = Report(tmp_path / "demo.json")
    cases = Cases(cast(Pipeline, made), Progress(io.StringIO()), report, sleep=lambda _: None)
    cases.healthy()
    assert [case.right for case in report.cases] == [False]


def test_an_alarm_during_training_is_not_taken_for_the_verdict(tmp_path: Path) -> None:
    made = Made()
    cases = Cases(cast(Pipeline, made), Progress(io.StringIO()), Report(tmp_path / "demo.json"))
    made.now = MODEL
    with pytest.raises(ToolError, match=r"should say Healthy, but says Broken: Deployed bug"):
        cases.buggy_model()


def test_a_monitor_that_lost_its_verdict_is_a_failure(tmp_path: Path) -> None:
    made = Made()
    made.verdict = lambda: None  # type: ignore[method-assign, assignment, return-value]
    report = Report(tmp_path / "demo.json")
    cases = Cases(cast(Pipeline, made), Progress(io.StringIO()), report, sleep=lambda _: None)
    with pytest.raises(ToolError, match="no verdict any more"):
        cases.healthy()


def test_a_verdict_is_read_from_the_resource() -> None:
    monitor: dict[str, Any] = {
        "status": {
            "verdict": {
                "state": "Broken",
                "summary": MODEL_BUG,
                "node": "classify",
                "target": {"kind": "ModelServer", "name": "sentiment", "version": "run-2"},
                "message": "The model run-2 is wrong.",
                "evidence": [
                    {"metric": "positive_ratio", "node": "classify", "value": "0.13",
                     "low": "0.55", "high": "1.00"},
                ],
            }
        }
    }  # fmt: skip
    found = verdict.read(monitor)
    assert found is not None
    assert (found.target, found.version) == ("ModelServer/sentiment", "run-2")
    assert found.lines().splitlines() == [
        f"Broken: {MODEL_BUG} (node classify)",
        "The model run-2 is wrong.",
        "  positive_ratio at classify: 0.13, normal is 0.55 to 1.00",
    ]


@pytest.mark.parametrize("monitor", [None, {}, {"status": {}}, {"status": {"verdict": None}}])
def test_no_verdict_yet(monitor: dict[str, Any] | None) -> None:
    assert verdict.read(monitor) is None


def test_states_in_words() -> None:
    resource = {
        "kind": "AnalyticsJob",
        "metadata": {"name": "ingest", "generation": 2},
        "status": {
            "observedGeneration": 1,
            "conditions": [
                {"type": "Ready", "status": "False", "reason": "RunFailed", "message": "no Kafka"},
                {"type": "Healthy", "status": "True"},
            ],
        },
    }
    assert not is_current(resource)
    assert describe(resource, "Ready") == "Ready=False, RunFailed: no Kafka"
    assert describe(None, "Ready") == "not there yet"
    assert describe(resource, "Stalled") == "no condition Stalled yet"
    assert list(conditions(resource)) == ["AnalyticsJob/ingest: Ready=False, RunFailed: no Kafka"]


@pytest.mark.parametrize(
    ("status", "text"),
    [
        ({"phase": "Pending"}, "phase Pending"),
        ({"phase": "Succeeded"}, ""),
        (
            {"phase": "Running", "containerStatuses": [
                {"name": "a", "ready": True, "state": {"running": {}}}]},
            "",
        ),
        (
            {"phase": "Running", "containerStatuses": [
                {"name": "a", "ready": False, "restartCount": 3, "state": {"running": {}}}]},
            "a is not ready, restarted 3 times",
        ),
        (
            {"phase": "Pending", "containerStatuses": [
                {"name": "a", "ready": False, "state": {"waiting": {"reason": "ErrImagePull"}}}]},
            "a waiting: ErrImagePull",
        ),
        (
            {"phase": "Failed", "containerStatuses": [
                {"name": "a", "ready": False,
                 "state": {"terminated": {"reason": "Error", "exitCode": 1}}}]},
            "a terminated: Error",
        ),
    ],
)  # fmt: skip
def test_trouble_with_a_pod(status: dict[str, Any], text: str) -> None:
    assert trouble({"status": status}) == text
