from __future__ import annotations

from typing import Any

import pytest

from swirl.api.v1alpha1.modelserver import ModelSource
from swirl_operator.kinds.modelserver.source import Pending, Served, Unavailable, resolve
from swirl_operator.runtime.interface import Object
from tests.unit.operator.kinds.observed import ended, job, run

MODEL = {"name": "sentiment", "uri": "file:///m/1", "digest": "sha256:1"}
OTHER = {"name": "topic", "uri": "file:///m/2", "digest": "sha256:2"}
FOLLOW = ModelSource(job="train")


def with_models(*models: Object, outcome: str = "Succeeded") -> Object:
    return run(status={**ended(outcome), "models": list(models)})


def test_what_the_run_published() -> None:
    assert resolve(FOLLOW, job(), with_models(MODEL)) == Served(
        "train-1", "file:///m/1", "sha256:1"
    )


def test_a_run_without_its_job() -> None:
    found = resolve(ModelSource(run="train-1"), None, with_models(MODEL))
    assert isinstance(found, Served)


def test_a_run_beside_the_job_wins_over_the_jobs_present_one() -> None:
    held = ModelSource(job="train", run="train-1")
    assert resolve(held, job(), with_models(MODEL)) == Served("train-1", "file:///m/1", "sha256:1")
    found = resolve(held, None, with_models(MODEL))
    assert isinstance(found, Served), "also when the job is gone"


def test_a_run_beside_the_job_must_be_one_of_its_runs() -> None:
    found = resolve(ModelSource(job="other", run="train-1"), job("other"), with_models(MODEL))
    assert isinstance(found, Unavailable)
    assert found.reason == "InvalidSpec"
    assert "AnalyticsRun train-1 is a run of AnalyticsJob train, not of other" in found.message


def test_a_directory_is_its_own_version() -> None:
    found = resolve(ModelSource(uri="file:///m/9"), None, None)
    assert isinstance(found, Served)
    assert found.uri == "file:///m/9"
    assert found.digest is None
    assert found != resolve(ModelSource(uri="file:///m/8"), None, None)


@pytest.mark.parametrize(
    ("source", "found", "reason"),
    [
        (FOLLOW, {"job": None, "run": None}, "JobNotFound"),
        (FOLLOW, {"job": job(), "run": None}, "RunStarting"),
        (ModelSource(run="x"), {"job": None, "run": None}, "RunNotFound"),
        (FOLLOW, {"job": job(), "run": run()}, "RunNotFinished"),
    ],
)
def test_what_may_still_come(source: ModelSource, found: dict[str, Any], reason: str) -> None:
    resolved = resolve(source, **found)
    assert isinstance(resolved, Pending)
    assert resolved.reason == reason
    assert resolved.message


@pytest.mark.parametrize(
    ("source", "published", "reason"),
    [
        (FOLLOW, with_models(MODEL, outcome="Failed"), "RunFailed"),
        (FOLLOW, run(status=ended("Cancelled")), "RunCancelled"),
        (FOLLOW, run(status=ended("Succeeded")), "NoModelPublished"),
        (ModelSource(job="train", name="topic"), with_models(MODEL), "NoModelPublished"),
        (FOLLOW, with_models(MODEL, OTHER), "SeveralModels"),
    ],
)
def test_what_will_never_come(source: ModelSource, published: Object, reason: str) -> None:
    resolved = resolve(source, job(), published)
    assert isinstance(resolved, Unavailable)
    assert resolved.reason == reason
    assert resolved.message


def test_one_of_several_models_by_its_name() -> None:
    found = resolve(ModelSource(job="train", name="topic"), job(), with_models(MODEL, OTHER))
    assert isinstance(found, Served)
    assert found.uri == "file:///m/2"
