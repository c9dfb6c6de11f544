"""What 0.1.0 stored is written again in the words of the list."""

from __future__ import annotations

import pytest

from swirl_operator.kinds.analyticsrun.former import in_todays_words
from swirl_operator.runtime.interface import Object
from tests.unit.operator.kinds.analyticsrun.attempts import RUNNING, attempt, going, look
from tests.unit.operator.kinds.checks import crd_schema
from tests.unit.operator.kinds.observed import (
    EARLIER,
    condition,
    merged,
    pod,
    said,
    terminated,
)

WORDS_OF_0_1_0 = (
    "Completed",
    "StreamEnded",
    "TimedOut",
    "PodLost",
    "PodFailed",
    "DriverFailed",
    "InvalidPod",
    "Cancelled",
    "FunctionFailed",
    "QueryFailed",
    "SparkEnded",
    "Exited",
    "Stopped",
    "InvalidRun",
    "EntryPointNotFound",
    "InvalidEntryPoint",
    "InvalidParameters",
    "KafkaNotConfigured",
    "ResultNotSerializable",
    "Permanent",
    "OOMKilled",
    "Evicted",
    "Preempting",
    "PreemptionByScheduler",
    "Terminated",
    "NodeShutdown",
    "NodeLost",
    "NodeAffinity",
    "OutOfcpu",
    "OutOfmemory",
    "OutOfpods",
    "UnexpectedAdmissionError",
)
"""Every word with which its attempts could end."""


def listed() -> list[str]:
    status = crd_schema("AnalyticsRun")["properties"]["status"]["properties"]
    words: list[str] = status["attempts"]["items"]["properties"]["reason"]["enum"]
    return words


@pytest.mark.parametrize("word", WORDS_OF_0_1_0)
def test_each_of_its_words_is_one_of_the_list(word: str) -> None:
    assert in_todays_words(attempt(reason=word))["reason"] in listed()


@pytest.mark.parametrize("word", listed())
def test_a_word_of_the_list_stays(word: str) -> None:
    assert in_todays_words(attempt(reason=word)) == attempt(reason=word)


def test_a_word_that_nobody_knew_is_left_out() -> None:
    assert in_todays_words(attempt(reason="TooHot")) == attempt()
    assert in_todays_words(attempt()) == attempt()


@pytest.mark.parametrize("reason", [{"reason": "TooHot"}, {}])
def test_a_run_goes_on_after_an_attempt_that_failed_for_what_nobody_knows(reason: Object) -> None:
    failed = attempt(outcome="Failed", message="x", finishedAt=EARLIER, **reason)
    plan = look(going(failed, nextAttemptTime="2026-01-31T13:00:00Z", failures=1))
    assert said(plan)[:2] == ("Unknown", "BackingOff")
    assert "(DriverFailed: x)" in said(plan)[2]


@pytest.mark.parametrize(
    ("word", "reason", "counted"),
    [("FunctionFailed", "UserError", 1), ("Stopped", "DriverLost", 0)],
)
def test_a_driver_of_an_older_image_is_understood(word: str, reason: str, counted: int) -> None:
    """The operator is upgraded first, and images of users later."""
    end = terminated(1, {"outcome": "Failed", "reason": word, "message": "x"})
    plan = look(going(attempt(podUid="uid-of-train-1-1")), pod(status=end))
    assert plan.status is not None
    assert plan.status["attempts"][0]["reason"] == reason
    assert plan.status["failures"] == counted


def test_a_run_that_goes_on_can_be_written() -> None:
    """`planned` checks what is written against the CRD."""
    lost = attempt(outcome="Failed", reason="PodLost", message="x", finishedAt=EARLIER)
    plan = look(going(lost, attempt(2)), pod("train-1-2", status=RUNNING))
    assert plan.status is not None
    assert [item.get("reason") for item in plan.status["attempts"]] == ["DriverLost", None]


def test_a_run_that_has_ended_can_be_written() -> None:
    failed = attempt(outcome="Failed", reason="FunctionFailed", message="x", finishedAt=EARLIER)
    said = [condition("Succeeded", "False", "UserError"), condition("Ready", "False", "UserError")]
    said.append(condition("Stalled", "True", "UserError"))
    obj = merged(
        going(failed, conditions=said, observedGeneration=1),
        {"spec": {"cancel": True}, "metadata": {"generation": 2}},
    )
    plan = look(obj)
    assert plan.status is not None
    assert plan.status["attempts"][0]["reason"] == "UserError"
