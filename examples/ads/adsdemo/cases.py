"""The three cases of the talk, and the way back."""

from __future__ import annotations

import time
from collections.abc import Callable

from adsdemo.pipeline import LEARN_SECONDS, Pipeline
from adsdemo.report import LIMIT_SECONDS, Case, Report
from adsdemo.verdict import DATA_BROKEN, MODEL_BUG, Verdict
from devtools.errors import ToolError
from devtools.progress import Progress
from devtools.wait import TimedOut

CALM_SECONDS = 20.0
SPREAD_SECONDS = 30.0
RECOVERY_SECONDS = 240.0


class Cases:
    """Brings each fault about, waits for the verdict, and takes the fault away again."""

    def __init__(
        self,
        pipeline: Pipeline,
        progress: Progress,
        report: Report,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._pipeline = pipeline
        self._progress = progress
        self._report = report
        self._clock = clock
        self._sleep = sleep

    def healthy(self) -> None:
        """Case 1: nothing is wrong, and the monitor keeps quiet."""
        with self._progress.step("case 1", "Case 1: nothing is wrong"):
            start = self._clock()
            self._pipeline.wait_state("Healthy", LEARN_SECONDS)
            seconds = self._clock() - start
            verdict = self._watch(CALM_SECONDS)
            self._conclude(Case("healthy", "Healthy", None, verdict, seconds))

    def format_change(self) -> None:
        """Case 2: the feed changes its format, and ingest rejects most of what comes."""
        with self._progress.step("case 2", "Case 2: the feed moves the body to another field"):
            start = self._clock()
            self._pipeline.apply("faults/feed-v2.yaml")
            verdict = self._wait_broken()
            seconds = self._clock() - start
            verdict = self._wait_symptoms(verdict, "invalid_records", "positive_ratio", "clicks")
            self._conclude(Case("format change", DATA_BROKEN, "ingest", verdict, seconds))
        with self._progress.step("undo 2", "Undo: the feed goes back to the old format"):
            self._pipeline.apply("manifests/feed.yaml")
            self._pipeline.wait_state("Healthy", RECOVERY_SECONDS)

    def buggy_model(self) -> None:
        """Case 3: a release of the training code with a bug in its label encoding."""
        old = self._pipeline.served_version()
        with self._progress.step("release", "Case 3: a new model is trained and rolled out"):
            self._pipeline.apply("faults/train-v2.yaml")
            new = self._pipeline.wait_other_version(old)
            start = self._clock()
            self._progress.say(f"  {new} is served instead of {old}")
            self._refuse_false_alarm()
        with self._progress.step("case 3", "Case 3: waiting for the verdict"):
            verdict = self._wait_broken()
            seconds = self._clock() - start
            verdict = self._wait_symptoms(verdict, "positive_ratio", "clicks")
            self._conclude(Case("buggy model", MODEL_BUG, "classify", verdict, seconds))
        with self._progress.step("recovery", "Undo: the old training code, so the old model"):
            start = self._clock()
            self._pipeline.apply("manifests/train.yaml")
            back = self._pipeline.wait_other_version(new)
            verdict = self._pipeline.wait_state("Healthy", RECOVERY_SECONDS)
            self._report.recovery = {
                "state": verdict.state,
                "verdict": verdict.summary,
                "version": back,
                "seconds": round(self._clock() - start, 1),
            }
            self._progress.say(f"{verdict.lines()}\n{self._pipeline.table()}")

    def _refuse_false_alarm(self) -> None:
        """Training takes a while; an alarm from that time must not pass for the verdict."""
        verdict = self._pipeline.verdict()
        if verdict is None or verdict.state != "Healthy":
            said = verdict.lines() if verdict else "nothing"
            raise ToolError(f"before the fault the monitor should say Healthy, but says {said}")

    def _wait_broken(self) -> Verdict:
        """The first verdict that is not Healthy; after the limit, whatever the monitor says."""
        try:
            return self._pipeline.wait_state("Broken", LIMIT_SECONDS)
        except TimedOut:
            verdict = self._pipeline.verdict()
            if verdict is None:
                raise ToolError("the monitor has no verdict any more") from None
            return verdict

    def _wait_symptoms(self, verdict: Verdict, *metrics: str) -> Verdict:
        """The verdict once the fault has gone through the pipeline, as far as it does in a while.

        What is measured downstream is the same in both faults, and the reader should see that.
        """
        if verdict.state != "Broken":
            return verdict
        try:
            return self._pipeline.wait_evidence(frozenset(metrics), SPREAD_SECONDS)
        except TimedOut:
            return self._pipeline.verdict() or verdict

    def _watch(self, seconds: float) -> Verdict:
        """The last verdict after a while of looking; the first one that is not Healthy ends it."""
        end = self._clock() + seconds
        while True:
            verdict = self._pipeline.verdict()
            if verdict is None:
                raise ToolError("the monitor has no verdict any more")
            if verdict.state != "Healthy" or self._clock() >= end:
                return verdict
            self._progress.alive("staying Healthy, as it should")
            self._sleep(1.0)

    def _conclude(self, case: Case) -> None:
        self._report.cases.append(case)
        mark = "as expected" if case.right else f"WRONG, expected {case.expected}"
        self._progress.say(
            f"Verdict after {case.seconds:.0f} s, {mark}:\n"
            f"{case.verdict.lines()}\n{self._pipeline.table()}"
        )
        self._report.write(self._progress.timings)
